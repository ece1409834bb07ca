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
func (x *execution) openDestination(quit func(cause error)) (*destination, error) {
	d := &destination{stream: x.stdout}
	if x.flags.target != "" && x.flags.writesRows() {
		file, err := openWhole(x.flags.target)
		if err != nil {
			return nil, usage("--output %s: %v", x.flags.target, err)
		}
		d.file, d.stream = file, file.File
	}
	if x.flags.format().Spools && x.flags.writesRows() {
		dir, err := os.MkdirTemp("", "serpstat-sql-*") // its owner's alone
		if err != nil {
			d.discard()
			return nil, usage("%s needs a directory for temporary files, which TMPDIR says: %v", x.flags.output, err)
		}
		temporaries.add(dir)
		d.dir = dir
	}
	d.w = d.stream
	if d.file == nil || d.file.name == "" {
		d.w = &outputWriter{d.stream, x.progress}
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
	d.pages = &pager{terminal: d.stream, stderr: x.stderr, width: width, height: height, progress: x.progress, quit: quit}
	if !x.flags.noPager && d.file == nil {
		var warning string
		if d.pages.command, warning = pagerCommand(os.LookupEnv, exec.LookPath); warning != "" {
			x.progress.warn(warning)
		}
	}
	d.w = &forTerminal{w: &outputWriter{d.pages, x.progress}}
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
func (x *execution) checkOutput() error {
	if f := x.flags.format(); f.Binary && x.flags.target == "" && isTerminal(x.stdout) {
		return usage("%s is nothing for a terminal: write -o report%s", f.Name, f.Endings[0])
	}
	return x.flags.fits(x.results)
}

// newDocument begins the document of so many results.
func (x *execution) newDocument(results int) *output.Document {
	var hint func(string)
	if x.flags.target != "" { // which people open
		hint = x.progress.hint
	}
	tell := func(text string) { x.progress.warn(x.called(text)) }
	return x.flags.format().New(x.out, output.Options{
		Header: x.flags.header, Delimiter: x.flags.delimiterRune(), BOM: x.flags.bom, SafeCells: x.flags.safeCells,
		Width: x.to.width, Results: results, TempDir: x.to.dir, Tell: tell, Hint: hint,
	})
}

// endPages shows what a statement has written.
func (x *execution) endPages() error {
	err := x.out.Flush()
	if x.to.pages != nil {
		if failed := x.to.pages.end(); failed != nil {
			err = failed
		}
	}
	return err
}

// endOutput ends what is written, after all statements or the one that failed: a file takes its place, or goes.
func (x *execution) endOutput(err error) error {
	if x.document != nil {
		if err == nil {
			err = x.document.Close()
		} else {
			if x.to.pages != nil {
				x.to.pages.startNoMore()
			}
			x.document.Fail() //nolint:errcheck // the first error is the one to report
		}
	}
	if ended := x.endPages(); ended != nil && (err == nil || x.to.pages != nil && x.to.pages.failure != nil) {
		err = ended
	}
	if err == nil && x.settle != nil {
		err = x.settle()
	}
	if x.to.file == nil {
		return err
	}
	if err == nil {
		err = x.to.file.commit()
	}
	return x.to.file.named(err)
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

// outputWriter takes the progress away from the terminal before rows are written to it.
type outputWriter struct {
	w        io.Writer
	progress *progress
}

func (o *outputWriter) Write(b []byte) (int, error) {
	o.progress.beforeRows()
	return o.w.Write(b)
}
