package sqlcli

import (
	"os"
	"path/filepath"
	"testing"
)

// What cannot take its place leaves nothing behind: it may hold a token.
func TestAPrivateFileThatIsNotWrittenIsNotThere(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "serpstat.spc")
	if err := os.Mkdir(name, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := replacePrivate(name, []byte("token")); err == nil {
		t.Error("a directory was replaced")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("there are %v, %v", left, err)
	}
}

// To try whether a file may be written changes nothing.
func TestATryLeavesEverythingAsItIs(t *testing.T) {
	dir := t.TempDir()
	present := filepath.Join(dir, "present.spc")
	if err := os.WriteFile(present, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{present, filepath.Join(dir, "new.spc"), filepath.Join(dir, "a", "b", "new.spc")} {
		if err := mayReplace(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if text, err := os.ReadFile(present); err != nil || string(text) != "mine" {
		t.Errorf("what was there is %q, %v", text, err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("there are %v, %v", left, err)
	}
	if os.Getuid() == 0 || os.Getuid() < 0 {
		return // who may write everything, or has no modes
	}
	if err := os.Chmod(present, 0o400); err != nil {
		t.Fatal(err)
	}
	if err := mayReplace(present); err == nil {
		t.Error("a file that is read-only may be replaced")
	}
}
