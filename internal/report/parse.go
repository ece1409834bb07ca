package report

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/turbot/steampipe-plugin-serpstat/internal/spelling"
	"github.com/turbot/steampipe-plugin-serpstat/internal/sqlengine"
)

// Parse reads a script. given is a shipped report's name, or a file's. An error has all that is wrong, as [Problems]; what is
// right of it comes too, if its statements end.
func Parse(given, text string) (*Script, error) {
	p := &parser{script: &Script{Given: given, Name: withoutEnding(given)}}
	statements, comments, err := sqlengine.SplitWithComments(text)
	if err != nil {
		line, what := 1, err.Error()
		if m := atLine.FindStringSubmatch(what); m != nil {
			line, _ = strconv.Atoi(m[1])
			what = m[2]
		}
		return nil, Problems{{line, what}}
	}
	for i := 0; i <= len(statements); i++ {
		p.above(i, comments)
		if i < len(statements) {
			p.take(statements[i])
		}
	}
	p.endParagraph()
	p.finish()
	return p.script, p.problems.err()
}

var (
	atLine    = regexp.MustCompile(`(?s)^line (\d+): (.*)$`)
	directive = regexp.MustCompile(`^@([A-Za-z-]+):?(?:\s+(.*))?$`)
	parameter = regexp.MustCompile(`^:?([\pL][\pL\pN_]*)(?:=(\S*))?(?:\s+(.*))?$`)
)

// parser reads a script from its beginning to its end.
type parser struct {
	script    *Script
	problems  Problems
	titled    bool
	titleLine int

	block *Block // the last one
	form  *Form  // that waits for its statement; nil is none
	text  *string
	lines []string // of the paragraph that is read
	last  int      // the line of the comment before
	begun bool     // a statement has come
}

// above reads the comments above a statement, and finds directives in it that are lost there.
func (p *parser) above(statement int, comments []sqlengine.Comment) {
	for _, c := range comments {
		if c.Above != statement {
			continue
		}
		said, line := strings.CutPrefix(c.Text, "--")
		if !line {
			continue // /* */ is for who reads the script
		}
		said = strings.TrimSpace(said)
		m := directive.FindStringSubmatch(said)
		if m != nil && (c.Inside || !c.Alone) {
			switch known := slices.Contains(words(), strings.ToLower(m[1])); {
			case known && c.Inside && c.Alone:
				p.problems.add(c.Line, "@%s stands in a statement: put it above the statement, or a semicolon at the end of the one that stands above it", m[1])
			case known:
				p.problems.add(c.Line, "@%s stands in a statement, or behind one: put it on a line of its own above the statement", m[1])
			}
			continue
		}
		switch {
		case c.Inside || !c.Alone:
		case m != nil:
			p.endParagraph()
			p.direct(c.Line, strings.ToLower(m[1]), strings.TrimSpace(m[2]))
		case strings.HasPrefix(said, "@"):
			p.problems.add(c.Line, "%s is no directive: write @ and a word, such as @table TITLE", said)
		default:
			if c.Line > p.last+1 || said == "" {
				p.endParagraph()
			}
			if said != "" {
				p.lines = append(p.lines, said)
			}
		}
		p.last = c.Line
	}
}

// headWords are the directives of the head.
var headWords = []string{"report", "param", "budget"}

// words are those of all directives.
func words() []string {
	list := append(slices.Clone(headWords), "or", "optional", "about", "unit")
	for _, s := range Shapes {
		list = append(list, string(s))
	}
	return list
}

func (p *parser) endParagraph() {
	if len(p.lines) > 0 && p.text != nil {
		if *p.text != "" {
			*p.text += "\n\n"
		}
		*p.text += strings.Join(p.lines, " ")
	}
	p.lines = nil
}

// direct reads a directive.
func (p *parser) direct(line int, word, rest string) {
	switch word {
	case "report", "param", "budget":
		if p.begun || p.block != nil {
			p.problems.add(line, "@%s belongs to the head of the script, above its first statement and section", word)
			return
		}
		p.head(line, word, rest)
	case "or":
		p.or(line, rest)
	case "optional", "about", "unit":
		p.attribute(line, word, rest)
	default:
		if slices.Contains(Shapes, Shape(word)) {
			p.shape(line, Shape(word), rest)
			return
		}
		p.problems.add(line, "there is no @%s%s", word, meant(word, words()))
		if p.begun || p.block != nil || p.titled && !slices.Contains(headWords, nearest(word, words())) {
			p.noStatement()
			p.form = &Form{Line: line} // of no section: what it was to be is not known
			p.text = &p.form.Text
		}
	}
}

// meant says which of the words is meant by one that there is not; "" where none is near.
func meant(word string, known []string) string {
	if near := nearest(word, known); near != "" {
		return ": did you mean @" + near + "?"
	}
	return ": there are @" + strings.Join(known, ", @")
}

// nearest is the known word that a slip of the fingers makes a word of; "" is none.
func nearest(word string, known []string) string {
	if near := spelling.Nearest(word, max(1, min(3, (len(word)+1)/3)), known); len(near) > 0 {
		return near[0]
	}
	return ""
}

func (p *parser) head(line int, word, rest string) {
	s := p.script
	switch word {
	case "report":
		if p.titled {
			p.problems.add(line, "@report is there twice: a file is one report")
		}
		if rest == "" {
			p.problems.add(line, "@report has no title: write -- @report TITLE")
		}
		p.titled, p.titleLine, s.Title, p.text = true, line, rest, &s.Text
	case "param":
		m := parameter.FindStringSubmatch(rest)
		switch {
		case m == nil:
			p.problems.add(line, "@param %s: write -- @param NAME DESCRIPTION, or NAME=DEFAULT for one that may be left out; a name has letters, digits and _", rest)
		case slices.ContainsFunc(s.Params, func(q Parameter) bool { return q.Name == m[1] }):
			p.problems.add(line, "@param %s is there twice", m[1])
		default:
			given, _, _ := strings.Cut(rest, " ")
			optional := strings.Contains(given, "=")
			if m[3] == "" {
				p.problems.add(line, "@param %s has no description: say what it is, as for somebody who has to give it", m[1])
			}
			s.Params = append(s.Params, Parameter{Name: m[1], Description: m[3], Default: m[2], Optional: optional, Line: line})
		}
	case "budget":
		n, err := strconv.ParseInt(rest, 10, 64)
		if err != nil || n < 1 {
			p.problems.add(line, "@budget %s: write the credits that the report may spend, as a whole number from 1", rest)
			return
		}
		s.Budget, s.budgetLine = n, line
	}
}

func (p *parser) shape(line int, shape Shape, title string) {
	p.noStatement()
	if title == "" && shape != Text {
		p.problems.add(line, "@%s has no title: write -- @%[1]s TITLE", shape)
	}
	p.form = &Form{Line: line}
	p.block = &Block{Shape: shape, Title: title, Line: line, Forms: []*Form{p.form}}
	p.script.Blocks = append(p.script.Blocks, p.block)
	p.text = &p.form.Text
}

func (p *parser) or(line int, what string) {
	if p.block == nil {
		p.problems.add(line, "@or is a cheaper form of the section before it, and there is none")
		p.form, p.text = nil, nil
		return
	}
	p.noStatement()
	if what == "" {
		p.problems.add(line, "@or does not say what is shown then: write -- @or The ten strongest, for example")
	}
	p.form = &Form{Line: line, What: what}
	p.block.Forms = append(p.block.Forms, p.form)
	p.text = &p.form.Text
}

// noStatement finds a section whose statement is missing. Text needs none.
func (p *parser) noStatement() {
	if p.form == nil || !p.shown() || p.block.Shape == Text && p.form.What == "" && p.form.Text != "" {
		return
	}
	p.problems.add(p.form.Line, "there is no statement below it")
	p.form = nil
}

// shown reports that the form that waits for its statement is one of a section.
func (p *parser) shown() bool { return p.block != nil && slices.Contains(p.block.Forms, p.form) }

func (p *parser) attribute(line int, word, rest string) {
	if p.form == nil {
		p.problems.add(line, "@%s is said of the statement below: write it behind the statement's @table, @figures or another shape", word)
		return
	}
	switch word {
	case "optional":
		if p.shown() {
			p.block.Optional = true
		}
	case "about":
		p.form.About = true
	case "unit":
		column, unit, _ := strings.Cut(rest, " ")
		if unit = strings.TrimSpace(unit); unit != string(Percent) {
			p.problems.add(line, "@unit %s: write -- @unit COLUMN percent", rest)
			return
		}
		p.form.Units = append(p.form.Units, ColumnUnit{column, Unit(unit), line})
	}
}

// take gives a statement its place.
func (p *parser) take(s sqlengine.Statement) {
	p.endParagraph()
	p.begun, p.text = true, nil
	if p.form == nil {
		p.script.SetUp = append(p.script.SetUp, s)
		return
	}
	p.form.SQL, p.form.At = strings.TrimSuffix(s.Text, ";"), s.Line
	p.form = nil
}

func (p *parser) finish() {
	if p.form != nil {
		p.noStatement()
	}
	p.checkNames()
	switch {
	case !p.titled:
		p.problems.add(1, "it is no report: begin it with -- @report TITLE")
	case len(p.script.Blocks) == 0 && len(p.problems) == 0:
		p.problems.add(1, "the report shows nothing: write -- @table TITLE above a statement")
	}
}

// checkNames finds parameters of titles and texts that are a slip of one which there is. Other words behind a colon are no
// parameters.
func (p *parser) checkNames() {
	names := make([]string, len(p.script.Params))
	for i, q := range p.script.Params {
		names[i] = q.Name
	}
	check := func(line int, texts ...string) {
		for _, m := range inText.FindAllStringSubmatch(strings.Join(texts, " "), -1) {
			if near := nearest(m[2], names); near != "" && near != m[2] {
				p.problems.add(line, "no parameter :%s is declared: did you mean :%s?", m[2], near)
			}
		}
	}
	check(p.titleLine, p.script.Title, p.script.Text)
	for _, b := range p.script.Blocks {
		check(b.Line, b.Title)
		for _, f := range b.Forms {
			check(f.Line, f.What, f.Text)
		}
	}
}
