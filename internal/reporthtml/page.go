// Package reporthtml writes a report as one page of HTML, to be kept, sent and printed.
//
// The page asks nothing of anybody: style, script, charts and the CSV of each table are in it, and its Content Security
// Policy allows no request and no other script. Without the script it is complete, in a mail program or on paper; with
// it tables are sorted and searched, and of a long one only the first rows are shown until one asks for all. All that
// comes from rows is a text that the template escapes: only an address of http or https becomes a link.
package reporthtml

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"io"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/chart"
	"github.com/turbot/steampipe-plugin-serpstat/internal/report"
)

var (
	//go:embed page.html
	pageHTML string
	//go:embed page.css
	pageCSS string
	//go:embed page.js
	script string

	style = pageCSS + chart.CSS

	// policy allows the two that the page holds, by what they are.
	policy = "default-src 'none'; script-src '" + hashOf(script) + "'; style-src '" + hashOf(style) + "'; base-uri 'none'; form-action 'none'"

	layout = template.Must(template.New("page").Parse(pageHTML))
)

func hashOf(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// Write writes a page. An error is one of the writer's.
func Write(w io.Writer, p *report.Page) error {
	v := &view{
		Policy: policy, Style: template.CSS(style), Script: template.JS(script),
		Title: shown(p.Title), Text: paragraphs(p.Text), Made: p.Made.Format(time.RFC3339), Day: p.Made.Format("2 January 2006"), Demo: p.Demo,
	}
	if v.Title == "" {
		v.Title = shown(p.Name)
	}
	if v.Title == "" {
		v.Title = "Report"
	}
	for _, one := range p.Params {
		if one.Value == "" {
			continue
		}
		v.Params = append(v.Params, param{words(one.Name), shown(one.Value)})
	}
	titled := 0
	for i := range p.Sections {
		called := p.Sections[i].Called(p.Params)
		s, err := newSection(&called, i+1, p.Name)
		if err != nil {
			return err
		}
		if v.Sections = append(v.Sections, s); s.Title != "" {
			titled++
		}
	}
	const many = 4
	v.HasContents = titled >= many
	v.About, v.Asked = about(p), asked(p)
	v.Command = command(p)
	return layout.Execute(w, v)
}

// view is what the template shows. Its texts have nothing invisible, and are escaped by the template.
type view struct {
	Policy      string
	Style       template.CSS
	Script      template.JS
	Title       string
	Text        []string
	Day, Made   string
	Params      []param
	Demo        bool
	HasContents bool
	Sections    []*section
	About       []fact
	Asked       []fact // for who has made the page
	Command     string
}

type param struct{ Name, Value string }
