package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// size builds serpstat-sql as a release has it (.goreleaser.yml), for this system: it is downloaded as one file.
func size() ([]measure, error) {
	dir, err := os.MkdirTemp("", "serpstat-sql")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	binary := filepath.Join(dir, "serpstat-sql")
	build := exec.Command("go", "build", "-tags=netgo", "-trimpath", "-ldflags=-s -w", "-o", binary, "./cmd/serpstat-sql")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, out)
	}
	info, err := os.Stat(binary)
	if err != nil {
		return nil, err
	}
	return []measure{{name: "serpstat-sql: the stripped binary of a release", unit: " MB", value: float64(info.Size()) / 1e6, bound: 60, detail: "for this system"}}, nil
}
