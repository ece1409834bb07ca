// Package buildinfo tells which version of the source a command was built of.
package buildinfo

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

// Set by the linker (Makefile, .goreleaser.yml). What it has not set is taken from what Go itself notes of a build, as
// of go install …@latest.
var (
	version string
	commit  string
	date    string // of the commit
)

// Version is one line: the version, and in brackets the commit and its date as far as they are known.
func Version() string {
	info, _ := debug.ReadBuildInfo()
	return describe(version, commit, date, info)
}

// Platform is what the program was built with and for, such as "go1.26.8 linux/amd64".
func Platform() string {
	return fmt.Sprintf("%s %s/%s", runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

func describe(version, commit, date string, info *debug.BuildInfo) string {
	if info != nil {
		if version == "" && info.Main.Version != "(devel)" {
			version = info.Main.Version
		}
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision" && commit == "":
				commit = s.Value
			case s.Key == "vcs.time" && date == "":
				date = s.Value
			}
		}
	}
	if version == "" {
		version = "dev"
	}
	version = strings.TrimPrefix(version, "v") // a tag has it, a release's name has not
	const abbreviated = 12                     // characters of a commit, as in Go's pseudo-versions
	commit = commit[:min(len(commit), abbreviated)]
	switch {
	case commit != "" && date != "":
		return fmt.Sprintf("%s (commit %s of %s)", version, commit, date)
	case commit != "":
		return fmt.Sprintf("%s (commit %s)", version, commit)
	}
	return version
}
