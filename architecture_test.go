package main

import (
	"go/build"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// ARCHITECTURE.md lists the imports between our packages. One that is not there is to be thought about, and one that is
// gone to be taken out.
func TestImportsAreThoseOfTheArchitecture(t *testing.T) {
	const module = "github.com/turbot/steampipe-plugin-serpstat/"
	text, err := os.ReadFile("ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(text), "`architecture_test.go` compares:\n\n```\n")
	list, _, _ = strings.Cut(list, "```")
	listed := map[string][]string{}
	for line := range strings.Lines(list) {
		room, imports, _ := strings.Cut(line, "→")
		listed[strings.TrimSpace(room)] = strings.Fields(imports)
	}
	err = filepath.WalkDir(".", func(dir string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if name := d.Name(); name == "testdata" || name != "." && name[0] == '.' {
			return fs.SkipDir
		}
		p, err := build.ImportDir(dir, 0)
		if err != nil {
			return nil // no Go here
		}
		var imports []string
		for _, path := range p.Imports {
			if ours, ok := strings.CutPrefix(path, module); ok {
				imports = append(imports, ours)
			}
		}
		slices.Sort(imports)
		if !slices.Equal(imports, listed[filepath.ToSlash(dir)]) {
			t.Errorf("%s imports %s, ARCHITECTURE.md says %s", dir, imports, listed[filepath.ToSlash(dir)])
		}
		delete(listed, filepath.ToSlash(dir))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for room := range listed {
		t.Errorf("ARCHITECTURE.md lists imports of %s, which has none", room)
	}
}
