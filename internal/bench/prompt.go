package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/creack/pty"
)

// shellPrompt measures how long after its start the program is ready for a key on a terminal.
func shellPrompt() ([]measure, error) {
	dir, remove, err := build()
	if err != nil {
		return nil, err
	}
	defer remove()
	const runs = 15
	var took []float64
	for range runs {
		ms, err := untilPrompt(dir)
		if err != nil {
			return nil, err
		}
		took = append(took, ms)
	}
	slices.Sort(took)
	return []measure{{name: "SQLite: from the start of serpstat-sql to the shell's prompt", unit: " ms", value: took[runs/2], bound: 150, detail: fmt.Sprintf("median of %d", runs)}}, nil
}

// untilPrompt starts the shell and leaves it at its prompt, in milliseconds.
func untilPrompt(dir string) (ms float64, err error) {
	cmd := exec.Command(filepath.Join(dir, sqlBinary))
	cmd.Env = append(os.Environ(), "SERPSTAT_API_TOKEN=bench", "TERM=xterm", "XDG_STATE_HOME="+dir)
	begun := time.Now()
	terminal, err := pty.Start(cmd)
	if err != nil {
		return 0, err
	}
	defer terminal.Close()
	var screen strings.Builder
	b := make([]byte, 4096)
	for !strings.Contains(screen.String(), "serpstat> ") {
		n, err := terminal.Read(b)
		screen.Write(b[:n])
		if err != nil {
			return 0, fmt.Errorf("no prompt: %w: %s", err, screen.String())
		}
	}
	ms = float64(time.Since(begun).Microseconds()) / 1000
	if _, err := terminal.WriteString("\x04"); err != nil {
		return 0, err
	}
	return ms, cmd.Wait()
}
