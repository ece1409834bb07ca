package shell

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
)

// script is an editor that gives lines; ^C is one that was given up.
type script struct {
	lines   []string
	prompts []string
}

func (s *script) Line(_ context.Context, prompt, _ string) (string, error) {
	s.prompts = append(s.prompts, prompt)
	if len(s.lines) == 0 {
		return "", io.EOF
	}
	line := s.lines[0]
	s.lines = s.lines[1:]
	if line == "^C" {
		return "", ErrDropped
	}
	return line, nil
}

func (*script) Close() {}

// recorder is a driver that notes what it is to do.
type recorder struct {
	named
	done []string
}

func (r *recorder) note(format string, args ...any) {
	r.done = append(r.done, fmt.Sprintf(format, args...))
}

func (r *recorder) InTransaction() bool { return false }

func (r *recorder) Run(_ context.Context, script string) { r.note("run %s", script) }

func (r *recorder) Do(_ context.Context, c DotCommand, arguments []string) {
	r.note("%s %q", c.Name, arguments)
}

func (r *recorder) Help(c *DotCommand) {
	if c == nil {
		r.note("help")
		return
	}
	r.note("help %s", c.Name)
}

func (r *recorder) Fail(err error)   { r.note("error %v", err) }
func (r *recorder) Hint(text string) { r.note("hint %s", text) }

func keepAll(string) bool { return false }

func TestWhatIsEntered(t *testing.T) {
	for _, tt := range []struct{ lines, want string }{
		{"select 1;", "run select 1;"},
		{"select 1|from t;", "run select 1\nfrom t;"},
		{"select ';' -- ;|/* ;| */ from t|;", "run select ';' -- ;\n/* ;\n */ from t\n;"},
		{"create trigger a after insert on b begin|select 1;|end;", "run create trigger a after insert on b begin\nselect 1;\nend;"},
		{"select 1; select|2;", "run select 1; select\n2;"},
		{"select 1; -- a word|select 2;", "run select 1; -- a word|run select 2;"},
		{"select 1|^C|select 2;", "run select 2;"},
		{"|  |;|-- a comment|/* one|more */", ""},
		{"-- title|select 1;", "run select 1;"},
		{"select 1|.tables|;", "run select 1\n.tables\n;"},
		{"select 1", ""}, // it has not ended
		{".tables", ".tables []"},
		{" .tables 'my %' ;", `.tables ["my %"]`},
		{".TABLES x;", `.tables ["x"]`},
		{".ta", ".tables []"},
		{".schema", "error write .schema TABLE"},
		{".schema a b", "error write .schema TABLE; a name with blanks stands in quotes"},
		{".read 'a", "error .read: a quote has no end"},
		{".import 'my file.csv' t", `.import ["my file.csv" "t"]`},
		{".import a;", `.import ["a;"]`}, // files may be called so
		{".param words a b  c", `.param ["words" "a b  c"]`},
		{".param since '2024-06-01 12:00'", `.param ["since" "2024-06-01 12:00"]`},
		{".param x ''", `.param ["x" ""]`},
		{".explain select 1|from t;", `.explain ["select 1\nfrom t;"]`},
		{"select 1;|.explain|.estimate", `run select 1;|.explain ["select 1;"]|.estimate ["select 1;"]`},
		{".explain", "error write .explain and a statement, which ends with ;"},
		{".credits now", "error write .credits; a name with blanks stands in quotes"},
		{".tabels", "error there is no command .tabels: did you mean .tables?"},
		{".open x", "error there is no command .open: did you mean .import?"},
		{".", "error there is no command .: .help lists them"},
		{"help|HELP;|?", "help|help|help"},
		{".help|.help mode|.help .nothing", "help|help .mode|error there is no command .nothing: .help lists them"},
		{"quit|select 1;", ""},
		{"EXIT;|select 1;", ""},
		{".exit|select 1;", ""},
		{".q|select 1;", ""},
		{`\dt`, ".tables []"},
		{`\d`, ".tables []"},
		{`\d Links`, `.schema ["Links"]`},
		{`\dt li*`, "hint write .tables"},
		{"show tables", ".tables []"},
		{"SHOW TABLES;", ".tables []"},
		{"show columns from links;", `.schema ["links"]`},
		{"show create table links", `.schema ["links"]`},
		{"show all", "hint write .tables, .schema TABLE, .credits or .param"},
		{"desc links;", `.schema ["links"]`},
		{"describe", "hint write .schema TABLE"},
		{`\i a.sql`, `.read ["a.sql"]`},
		{`\x`, "hint write .mode line, and .mode table to go back"},
		{`\q|select 1;`, ""},
		{"\uFEFFselect 1;", "run select 1;"},
	} {
		editor, driver := &script{lines: strings.Split(tt.lines, "|")}, &recorder{}
		history, err := OpenHistory("", keepAll)
		if err != nil {
			t.Fatal(err)
		}
		if err := (&Shell{Editor: editor, History: history, Driver: driver}).Run(t.Context()); err != nil {
			t.Error(err)
		}
		if got := strings.Join(driver.done, "|"); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.lines, got, tt.want)
		}
	}
}

func TestHowTheShellIsLeftIsNotKept(t *testing.T) {
	for _, line := range []string{".quit", ".exit", ".q", ".QUIT;", "bye"} {
		history, _ := OpenHistory("", keepAll)
		editor, driver := &script{lines: []string{".tables", line, "select 1;"}}, &recorder{}
		(&Shell{Editor: editor, History: history, Driver: driver}).Run(t.Context()) //nolint:errcheck // of the script there is none
		if kept := history.Entries(); !slices.Equal(kept, []string{".tables"}) || len(driver.done) != 1 {
			t.Errorf("%s: kept is %q, and done %q", line, kept, driver.done)
		}
	}
}

func TestThePromptOfAStatementThatGoesOn(t *testing.T) {
	editor := &script{lines: []string{"select 1", ";", ".tables", ".explain select", "1;"}}
	history, _ := OpenHistory("", keepAll)
	(&Shell{Editor: editor, History: history, Driver: &recorder{}}).Run(t.Context()) //nolint:errcheck // of the script there is none
	if want := []string{prompt, more, prompt, prompt, more, prompt}; !slices.Equal(editor.prompts, want) {
		t.Errorf("the prompts are %q, want %q", editor.prompts, want)
	}
}

// Every command that the help names has help that fits a line or two, and is found by its name.
func TestTheCommandsAreFound(t *testing.T) {
	for _, c := range Commands {
		found, err := Named(c.Name)
		if err != nil || found.Name != c.Name || c.Help == "" || len(c.Name)+len(c.Usage) > 22 {
			t.Errorf("%s: %v, %v", c.Name, found, err)
		}
	}
	for other, name := range others {
		if _, err := Named(name); err != nil {
			t.Errorf("%s is said to be %s: %v", other, name, err)
		}
	}
}
