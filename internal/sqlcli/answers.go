package sqlcli

import (
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/turbot/steampipe-plugin-serpstat/internal/answers"
)

// defaultCacheTTL is how old answers may be that are used again, where nothing else is said.
const defaultCacheTTL = time.Hour

// envCacheSize is how many bytes the file of answers may have, such as 200MB.
const envCacheSize = "SERPSTAT_CACHE_SIZE"

// keptAnswers opens what was bought in earlier runs, when it is needed first, and closes it.
type keptAnswers struct {
	warn func(string)
	once sync.Once
	file *answers.File
}

// open returns the file, nil where there can be none.
func (k *keptAnswers) open() *answers.File {
	k.once.Do(func() {
		var err error
		if k.file, err = openAnswers(k.warn); err != nil {
			k.warn(err.Error())
		}
	})
	return k.file
}

func (k *keptAnswers) close() {
	k.once.Do(func() {})
	if k.file != nil {
		k.file.Close()
	}
}

func openAnswers(warn func(string)) (*answers.File, error) {
	most, err := cacheSize()
	if err != nil {
		return nil, err
	}
	path, err := answers.DefaultPath()
	if err != nil {
		return nil, fmt.Errorf("what is bought is not kept for later runs: %w", err)
	}
	return answers.Open(path, answers.Options{Most: most, Warn: warn})
}

func cacheSize() (int64, error) {
	text := os.Getenv(envCacheSize)
	if text == "" {
		return answers.DefaultBytes, nil
	}
	n, err := humanize.ParseBytes(text)
	if err != nil || n < answers.LeastBytes || n > answers.MostBytes {
		return 0, usage("%s=%q: write how many bytes may be kept for later runs, from 1MiB to 1TiB, such as 200MB", envCacheSize, text)
	}
	return int64(n), nil
}

func ageError(text string) error {
	_, err := answers.ParseAge(text)
	return err
}
