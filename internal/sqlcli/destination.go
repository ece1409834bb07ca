package sqlcli

import (
	"io"
	"os"
	"os/exec"

	"golang.org/x/term"

	"github.com/turbot/steampipe-plugin-serpstat/internal/output"
)

// destination is where rows go: standard output, perhaps through a pager, or a file.
type destination struct {
	stream io.Writer  // standard output, or what is written directly
	w      io.Writer  // what comes before it, too
	file   *wholeFile // nil is none
	pages  *pager     // nil where nobody looks
	width  int        // of the terminal; 0 is none
	dir    string     // for the format's temporary files; "" is none
}

// openDestination opens what the flags name, before anything is bought. quit is called by a reader of pages who has seen
// enough.
func (s *session) openDestination(quit func(cause error)) (*destination, error) {
	d := &destination{stream: s.stdout}
	if s.flags.target != "" && s.flags.writesRows() {
		file, err := openWhole(s.flags.target)
		if err != nil {
			return nil, usage("--output %s: %v", s.flags.target, err)
		}
		d.file, d.stream = file, file.File
	}
	if s.flags.format().Spools && s.flags.writesRows() {
		dir, err := os.MkdirTemp("", "serpstat-sql-*") // its owner's alone
		if err != nil {
			d.discard()
			return nil, usage("%s needs a directory for temporary files, which TMPDIR says: %v", s.flags.output, err)
		}
		temporaries.add(dir)
		d.dir = dir
	}
	d.w = d.stream
	if d.file == nil || d.file.name == "" {
		d.w = &outputWriter{d.stream, s.progress}
	}
	if !isTerminal(d.stream) {
		return d, nil
	}
	f := d.stream.(*os.File)
	width, height, err := term.GetSize(int(f.Fd()))
	if err != nil || width < 1 || height < 2 {
		width, height = 80, 24
	}
	d.width = width
	d.pages = &pager{terminal: d.stream, stderr: s.stderr, width: width, height: height, progress: s.progress, quit: quit}
	if !s.flags.noPager && d.file == nil {
		var warning string
		if d.pages.command, warning = pagerCommand(os.LookupEnv, exec.LookPath); warning != "" {
			s.progress.warn(warning)
		}
	}
	d.w = &forTerminal{w: &outputWriter{d.pages, s.progress}}
	return d, nil
}

// buffer is how many bytes are written at once: few where people may have seen enough with each line.
func (d *destination) buffer() int {
	if d.pages != nil && d.pages.command != nil {
		return 512
	}
	return 4096
}

// checkOutput finds what the output cannot take, before anything is bought.
func (s *session) checkOutput() error {
	if f := s.flags.format(); f.Binary && s.flags.target == "" && isTerminal(s.stdout) {
		return usage("%s is nothing for a terminal: write -o report%s", f.Name, f.Endings[0])
	}
	return s.flags.fits(s.results)
}

// newDocument begins the document of so many results.
func (s *session) newDocument(results int) *output.Document {
	var hint func(string)
	if s.flags.target != "" { // which people open
		hint = s.progress.hint
	}
	return s.flags.format().New(s.out, output.Options{
		Header: s.flags.header, Delimiter: s.flags.delimiterRune(), BOM: s.flags.bom, SafeCells: s.flags.safeCells,
		Width: s.to.width, Results: results, TempDir: s.to.dir, Tell: s.progress.warn, Hint: hint,
	})
}

// endPages shows what a statement has written.
func (s *session) endPages() error {
	err := s.out.Flush()
	if s.to.pages != nil {
		if failed := s.to.pages.end(); failed != nil {
			err = failed
		}
	}
	return err
}

// endOutput ends what is written, after all statements or the one that failed: a file takes its place, or goes.
func (s *session) endOutput(err error) error {
	if s.document != nil {
		if err == nil {
			err = s.document.Close()
		} else {
			if s.to.pages != nil {
				s.to.pages.startNoMore()
			}
			s.document.Fail() //nolint:errcheck // the first error is the one to report
		}
	}
	if ended := s.endPages(); ended != nil && (err == nil || s.to.pages != nil && s.to.pages.failure != nil) {
		err = ended
	}
	if err == nil && s.settle != nil {
		err = s.settle()
	}
	if s.to.file == nil {
		return err
	}
	if err == nil {
		err = s.to.file.commit()
	}
	return s.to.file.named(err)
}

// discard removes what was not ended, and what was only needed on the way.
func (d *destination) discard() {
	if d.file != nil {
		d.file.discard()
	}
	if d.dir != "" {
		temporaries.remove(d.dir)
	}
}
