package main

import (
	"go/ast"
	"go/build"
	"go/parser"
	gotoken "go/token"
	"go/types"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// eachPackage finds the packages of the module.
func eachPackage(t *testing.T, found func(dir string, p *build.Package)) {
	t.Helper()
	err := filepath.WalkDir(".", func(dir string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if name := d.Name(); name == "testdata" || name != "." && name[0] == '.' {
			return fs.SkipDir
		}
		if p, err := build.ImportDir(dir, 0); err == nil { // else there is no Go
			found(filepath.ToSlash(dir), p)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

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
	eachPackage(t, func(dir string, p *build.Package) {
		var imports []string
		for _, path := range p.Imports {
			if ours, ok := strings.CutPrefix(path, module); ok {
				imports = append(imports, ours)
			}
		}
		slices.Sort(imports)
		if !slices.Equal(imports, listed[dir]) {
			t.Errorf("%s imports %s, ARCHITECTURE.md says %s", dir, imports, listed[dir])
		}
		delete(listed, dir)
	})
	for room := range listed {
		t.Errorf("ARCHITECTURE.md lists imports of %s, which has none", room)
	}
}

// Within a package calls run down the files: from no file do they lead back to it.
func TestCallsRunDownTheFiles(t *testing.T) {
	eachPackage(t, func(dir string, p *build.Package) {
		calls := callsBetweenFiles(t, dir, p.GoFiles)
		for file := range calls {
			below, queue := map[string]bool{}, []string{file}
			for ; len(queue) > 0; queue = queue[1:] {
				for called := range calls[queue[0]] {
					if !below[called] {
						below[called] = true
						queue = append(queue, called)
					}
				}
			}
			if below[file] {
				t.Errorf("%s/%s calls files that call it again: %v", dir, file, calls[file])
			}
		}
	})
}

// callsBetweenFiles are the functions that each file of a package uses of each other. What the package imports is not
// read: its own functions and types are known without.
func callsBetweenFiles(t *testing.T, dir string, names []string) map[string]map[string][]string {
	t.Helper()
	fileSet := gotoken.NewFileSet()
	var files []*ast.File
	for _, name := range names {
		f, err := parser.ParseFile(fileSet, filepath.Join(dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	info := types.Info{Uses: map[*ast.Ident]types.Object{}}
	config := types.Config{Importer: empty{}, Error: func(error) {}} // of what is imported
	own, _ := config.Check(dir, fileSet, files, &info)
	calls := map[string]map[string][]string{}
	fileOf := func(at gotoken.Pos) string { return filepath.Base(fileSet.Position(at).Filename) }
	for use, object := range info.Uses {
		f, ok := object.(*types.Func)
		if !ok || f.Pkg() != own {
			continue
		}
		if receiver := f.Signature().Recv(); receiver != nil && types.IsInterface(receiver.Type()) {
			continue
		}
		from, to := fileOf(use.Pos()), fileOf(f.Pos())
		if from == to {
			continue
		}
		if calls[from] == nil {
			calls[from] = map[string][]string{}
		}
		calls[from][to] = append(calls[from][to], f.Name())
	}
	return calls
}

// empty imports packages without anything in them.
type empty struct{}

func (empty) Import(path string) (*types.Package, error) {
	p := types.NewPackage(path, path[strings.LastIndexByte(path, '/')+1:])
	p.MarkComplete()
	return p, nil
}
