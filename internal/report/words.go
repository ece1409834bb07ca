package report

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/turbot/steampipe-plugin-serpstat/internal/output"
)

// none is how people are shown that there is no value.
const none = "—"

// Written is a value by itself as people read it: 1,234.5, 12.3%, — for none.
func Written(value any, unit Unit) string {
	switch v := value.(type) {
	case nil:
		return none
	case int64, float64:
		return NumbersOf(unit, v).Write(v)
	case []byte:
		return fmt.Sprintf("%x", v)
	}
	return fmt.Sprint(value)
}

// Amount is so many of something, as people read it: 1 row, 1,234 rows.
func Amount(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return humanize.Comma(n) + " " + many
}

// inText is a parameter in a title or a text: the colon begins a word.
var inText = regexp.MustCompile(`(^|[^\pL\pN_:]):([\pL][\pL\pN_]*)`)

// withValues is a title or a text with the values of parameters in it.
func withValues(text string, values []Param) string {
	return inText.ReplaceAllStringFunc(text, func(found string) string {
		before, name, _ := strings.Cut(found, ":")
		for _, v := range values {
			if v.Name == name {
				return before + v.Value
			}
		}
		return found
	})
}

var inBraces = regexp.MustCompile(`\{([^{}]+)\}`)

// withFigures are the paragraphs of a text section: its text once for each row, with the row's values in it, and those of
// parameters. Without a text of its own each row's one value is a paragraph, but for NULL.
func withFigures(text string, values []Param, columns []Column, rows [][]any) string {
	var paragraphs []string
	for _, row := range rows {
		switch {
		case text != "":
			paragraphs = append(paragraphs, withRow(text, values, columns, row))
		case row[0] != nil:
			paragraphs = append(paragraphs, Written(row[0], columns[0].Unit))
		}
	}
	return strings.Join(paragraphs, "\n\n")
}

// withRow reads the text once: what a value holds is no parameter and no column.
func withRow(text string, values []Param, columns []Column, row []any) string {
	var b strings.Builder
	for {
		at := inBraces.FindStringIndex(text)
		if at == nil {
			b.WriteString(withValues(text, values))
			return b.String()
		}
		b.WriteString(withValues(text[:at[0]], values))
		name := text[at[0]+1 : at[1]-1]
		for i, c := range columns {
			if c.Name == name {
				b.WriteString(Written(row[i], c.Unit))
				break
			}
		}
		text = text[at[1]:]
	}
}

// unitOf is the unit of a column: the form's own word for it, else that of the section's first form.
func (b *Block) unitOf(f *Form, column string) Unit {
	for _, form := range []*Form{f, b.Forms[0]} {
		for _, u := range form.Units {
			if u.Column == column {
				return u.Unit
			}
		}
	}
	return Plain
}

// columns are those of a form's rows.
func (b *Block) columns(f *Form, names, types []string) []Column {
	list := make([]Column, len(names))
	for i, name := range names {
		list[i] = Column{Column: output.Column{Name: name, Type: types[i]}, Unit: b.unitOf(f, name)}
	}
	return list
}

// textOf is the text below a form, or that of the section.
func (b *Block) textOf(f *Form) string {
	if f.Text != "" {
		return f.Text
	}
	return b.Forms[0].Text
}
