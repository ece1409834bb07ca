package report

import (
	"encoding/hex"
	"encoding/json"
	"io"
	"math"
	"time"
)

// jsonPage is a page as docs/reports.md says. Names are only added.
type jsonPage struct {
	Name     string        `json:"name"`
	Title    string        `json:"title"`
	Text     string        `json:"text"`
	Params   []jsonParam   `json:"params"`
	Made     time.Time     `json:"made"`
	Demo     bool          `json:"demo"`
	Missing  bool          `json:"incomplete"`
	Budget   int64         `json:"budget"`
	Credits  int64         `json:"credits"`
	Requests int64         `json:"requests"`
	Recalled int64         `json:"recalled"`
	Bought   *time.Time    `json:"bought"`
	Left     *int64        `json:"left"`
	Sections []jsonSection `json:"sections"`
}

type jsonParam struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type jsonSection struct {
	Shape   Shape        `json:"shape"`
	Title   string       `json:"title"`
	Text    string       `json:"text"`
	Columns []jsonColumn `json:"columns"`
	Rows    [][]any      `json:"rows"`
	About   bool         `json:"about"`
	Form    string       `json:"form"`
	LeftOut string       `json:"left_out"`
	Price   *int64       `json:"price"`
	Needs   *int64       `json:"needs"`
	SQL     string       `json:"sql"`
}

type jsonColumn struct {
	Name string `json:"name"`
	Type string `json:"type"`
	Unit Unit   `json:"unit"`
}

// WriteJSON writes a page as JSON.
func WriteJSON(w io.Writer, p *Page) error {
	p = p.shown()
	out := jsonPage{
		Name: withoutEnding(p.Name), Title: p.Title, Text: p.Text, Params: []jsonParam{}, Made: p.Made.UTC().Truncate(time.Second), Demo: p.Demo, Missing: p.Incomplete,
		Budget: p.Budget, Credits: p.Credits, Requests: p.Requests, Recalled: p.Recalled, Sections: []jsonSection{},
	}
	if !p.Bought.IsZero() {
		bought := p.Bought.UTC().Truncate(time.Second)
		out.Bought = &bought
	}
	if p.Left >= 0 {
		out.Left = &p.Left
	}
	for _, v := range p.Params {
		out.Params = append(out.Params, jsonParam(v))
	}
	for _, s := range p.Sections {
		out.Sections = append(out.Sections, s.json())
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	return e.Encode(out)
}

func (s *Section) json() jsonSection {
	out := jsonSection{Shape: s.Shape, Title: s.Title, Text: s.Text, Columns: []jsonColumn{}, Rows: [][]any{}, About: s.About, Form: s.Form, LeftOut: s.LeftOut, SQL: s.SQL}
	if s.Form != "" || s.LeftOut != "" {
		if s.Price >= 0 {
			out.Price = &s.Price
		}
		if s.Needs >= 0 {
			out.Needs = &s.Needs
		}
	}
	for _, c := range s.Columns {
		out.Columns = append(out.Columns, jsonColumn{c.Name, c.Type, c.Unit})
	}
	for _, row := range s.Rows {
		values := make([]any, len(row))
		for i, v := range row {
			values[i] = jsonValue(v)
		}
		out.Rows = append(out.Rows, values)
	}
	return out
}

// jsonValue is a value as in serpstat-sql's own JSON.
func jsonValue(value any) any {
	switch v := value.(type) {
	case []byte:
		return hex.EncodeToString(v)
	case float64:
		switch {
		case math.IsInf(v, 1):
			return json.RawMessage("1e999")
		case math.IsInf(v, -1):
			return json.RawMessage("-1e999")
		case v == math.Trunc(v) && math.Abs(v) < 1e15:
			b, _ := json.Marshal(v) // a number
			return json.RawMessage(append(b, ".0"...))
		}
	}
	return value
}
