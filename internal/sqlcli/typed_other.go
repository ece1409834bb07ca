//go:build !linux && !darwin && !windows

package sqlcli

import "os"

// takeTyped cannot take anything here.
func takeTyped(*os.File) []byte { return nil }

// setEcho cannot change it here.
func setEcho(*os.File, bool) (restore func()) { return func() {} }

// pending cannot tell here.
func pending(*os.File) bool { return false }

// keepTyped cannot change it here.
func keepTyped(*os.File) (restore func()) { return func() {} }
