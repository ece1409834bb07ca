package main

import (
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

// terminal is a pseudo-terminal: what a person types and sees, and what a command is started on.
type terminal struct {
	person, command *os.File
	seen            strings.Builder
}

func openTerminal(t *testing.T) *terminal {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("no pseudo-terminals here: ", err)
	}
	number, err := unix.IoctlGetInt(int(person.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(person.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	command, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { person.Close() })
	return &terminal{person: person, command: command}
}

// waitFor reads what is shown until a text is.
func (term *terminal) waitFor(t *testing.T, text string) {
	t.Helper()
	b := make([]byte, 1024)
	for !strings.Contains(term.seen.String(), text) {
		n, err := term.person.Read(b)
		if err != nil {
			t.Fatalf("%v after %q", err, term.seen.String())
		}
		term.seen.Write(b[:n])
	}
}

// echoes reports whether what is typed is shown.
func (term *terminal) echoes(t *testing.T) bool {
	t.Helper()
	state, err := unix.IoctlGetTermios(int(term.person.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return state.Lflag&unix.ECHO != 0
}

// startLogin starts the command on a terminal and waits until it asks, with the echo off.
func startLogin(t *testing.T) (cmd *exec.Cmd, term *terminal, config string) {
	t.Helper()
	sim := serpstatsim.New(serpstatsim.Options{Token: token})
	web := httptest.NewServer(sim)
	t.Cleanup(func() { sim.Close(); web.Close() })
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	term = openTerminal(t)
	config = filepath.Join(t.TempDir(), "serpstat.spc")
	cmd = exec.Command(self, "login", "--config", config, "--base-url", web.URL)
	cmd.Args[0] = "serpstat-sql" // by which TestMain is the command
	cmd.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = term.command, term.command, term.command
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	err = cmd.Start()
	term.command.Close() // so that the person's end tells when the command has ended
	if err != nil {
		t.Fatal(err)
	}
	term.waitFor(t, "(not shown): ")
	return cmd, term, config
}

func TestATokenThatIsTypedIsNotShown(t *testing.T) {
	cmd, term, config := startLogin(t)
	fmt.Fprintf(term.person, "%s\r", token)
	term.waitFor(t, "credits are left")
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v: %s", err, term.seen.String())
	}
	saved, err := os.ReadFile(config)
	if err != nil || !strings.Contains(string(saved), token) {
		t.Errorf("saved is %s, %v", saved, err)
	}
	if strings.Contains(term.seen.String(), token) || !term.echoes(t) {
		t.Errorf("the terminal echoes afterwards: %t, and has shown %s", term.echoes(t), term.seen.String())
	}
}

func TestCtrlCAtThePromptRestoresTheTerminal(t *testing.T) {
	cmd, term, config := startLogin(t)
	fmt.Fprint(term.person, "s3cr\x03")
	term.waitFor(t, "interrupted")
	cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 130 {
		t.Errorf("exit code %d", code)
	}
	if !term.echoes(t) || strings.Contains(term.seen.String(), "s3cr") {
		t.Errorf("the terminal echoes afterwards: %t, and has shown %s", term.echoes(t), term.seen.String())
	}
	if _, err := os.Stat(config); err == nil {
		t.Error("something was saved")
	}
}
