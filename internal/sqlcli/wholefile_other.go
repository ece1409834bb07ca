//go:build !unix

package sqlcli

import (
	"io/fs"
	"os"
)

// copyMode does nothing: a file has the rights of its directory.
func copyMode(*os.File, fs.FileInfo) {}

// descriptor is none: no name means an open file.
func descriptor(string) int { return -1 }

func openDirectly(name string) (*os.File, error) { return os.OpenFile(name, os.O_WRONLY, 0) }
