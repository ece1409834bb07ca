package output

import (
	"bufio"
	"html"
	"io"
	"strings"
)

// page writes one document that needs nothing else, with a table for each result.
type page struct {
	unicodeOnly
	w     *bufio.Writer
	o     Options
	begun bool
}

func newHTML(w *bufio.Writer, o Options) format { return &page{w: w, o: o} }

const pageBegin = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>serpstat-sql</title>
<style>
:root { color-scheme: light dark; --line: #d0d7de; --head: #f6f8fa; --back: #ffffff; --text: #1f2328; --link: #0969da; }
@media (prefers-color-scheme: dark) { :root { --line: #3d444d; --head: #151b23; --back: #0d1117; --text: #f0f6fc; --link: #4493f8; } }
body { margin: 1.5rem; background: var(--back); color: var(--text); font: 14px/1.5 system-ui, sans-serif; }
table { border-collapse: collapse; margin: 0 0 2rem; }
caption { text-align: left; font-weight: 600; padding: 0 0 .5rem; }
th, td { border: 1px solid var(--line); padding: .25rem .6rem; text-align: left; vertical-align: top; overflow-wrap: anywhere; max-width: 40rem; unicode-bidi: isolate; white-space: pre-wrap; }
th { background: var(--head); position: sticky; top: 0; }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
a { color: var(--link); }
@media print { body { margin: 0; } th { position: static; } a { color: inherit; } }
</style>
</head>
<body>
`

func (p *page) begin(title string, columns []Column) error {
	var b strings.Builder
	if !p.begun {
		p.begun = true
		b.WriteString(pageBegin)
	}
	b.WriteString("<table>\n")
	if title != "" {
		b.WriteString("<caption>" + p.escape(title) + "</caption>\n")
	}
	b.WriteString("<thead><tr>")
	for _, c := range columns {
		b.WriteString("<th>" + p.escape(c.Name) + "</th>")
	}
	b.WriteString("</tr></thead>\n<tbody>\n")
	return p.write(b.String())
}

func (p *page) row(values []any) error {
	var b strings.Builder
	b.WriteString("<tr>")
	for _, v := range values {
		switch link := LinkOf(v); {
		case link != "":
			b.WriteString(`<td><a href="` + html.EscapeString(link) + `" rel="noopener noreferrer nofollow">` + p.escape(Text(v)) + "</a></td>")
		case isNumber(v):
			b.WriteString(`<td class="number">` + p.escape(Text(v)) + "</td>")
		default:
			b.WriteString("<td>" + p.escape(Text(v)) + "</td>")
		}
	}
	b.WriteString("</tr>\n")
	return p.write(b.String())
}

func (p *page) end() error { return p.write("</tbody>\n</table>\n") }

func (p *page) close() error {
	p.tell(p.o)
	if !p.begun {
		return nil
	}
	return p.write("</body>\n</html>\n")
}

func (p *page) write(s string) error {
	_, err := io.WriteString(p.w, s)
	return err
}

// escape writes a text so that it is only a text. Its lines stay lines.
func (p *page) escape(s string) string { return html.EscapeString(VisibleLines(p.text(s))) }
