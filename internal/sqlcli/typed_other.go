//go:build !linux && !darwin && !windows

package sqlcli

import "os"

// dropTyped cannot drop anything here.
func dropTyped(*os.File) {}
