package input_test

import (
	"os"
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/input"
)

// FuzzText, and those below, hold that reading never panics: whatever a file is, there are rows or there is an error. Rows
// that are read twice are the same.
func FuzzText(f *testing.F) {
	for _, text := range texts {
		f.Add([]byte(text), 0)
	}
	for _, seed := range []string{"a,b\n1,2\n", "sep=;\na;b\n", "\"a\nb\",\"\"\n", "\xff\xfea\x00", "a\rb\r", "\x00", "[{\"a\":[1,{}]}]", "{\"a\":1}\n{\"a\":-1e999}", "a,b\n,\"\"\n"} {
		f.Add([]byte(seed), 0)
		f.Add([]byte(seed), 1)
	}
	f.Fuzz(func(t *testing.T, content []byte, name int) {
		read(t, []string{"a.csv", "a.json", "a.tsv", "a.ndjson", "a"}[uint(name)%5], string(content), input.Options{})
	})
}

func FuzzWorkbook(f *testing.F) { fuzzFile(f, "a.xlsx", seedOf(f, "testdata/small.xlsx")) }

func FuzzParquet(f *testing.F) { fuzzFile(f, "a.parquet", seedOf(f, "testdata/small.parquet")) }

func seedOf(f *testing.F, file string) []byte {
	seed, err := os.ReadFile(file)
	if err != nil {
		f.Fatal(err)
	}
	return seed
}

func fuzzFile(f *testing.F, name string, seed []byte) {
	f.Add(seed)
	f.Add(seed[:len(seed)/2])
	f.Fuzz(func(t *testing.T, content []byte) { read(t, name, string(content), input.Options{}) })
}
