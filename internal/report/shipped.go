package report

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"
)

//go:embed shipped/*.sql
var shipped embed.FS

// Shipped are the names of the reports that the program brings.
func Shipped() []string {
	files, err := fs.ReadDir(shipped, "shipped")
	if err != nil {
		panic(err) // they are part of the program
	}
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = strings.TrimSuffix(f.Name(), ".sql")
	}
	return names
}

// Source is the script of a shipped report. An error says which one is meant.
func Source(name string) (string, error) {
	b, err := shipped.ReadFile("shipped/" + name + ".sql")
	if err == nil {
		return string(b), nil
	}
	if near := nearest(strings.ToLower(name), Shipped()); near != "" {
		return "", fmt.Errorf("there is no report %s: did you mean %s? (a report of your own is a file, such as ./%[1]s.sql)", name, near)
	}
	return "", fmt.Errorf("there is no report %s: there are %s (a report of your own is a file, such as ./%[1]s.sql)", name, strings.Join(Shipped(), ", "))
}
