package serpstatsim

import (
	"bytes"
	"cmp"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// The facts of the list methods, a file per method, transcribed from Serpstat's documentation and its recorded
// requests and answers, and from nothing of this project: the client and this simulator can be wrong only
// independently.
//
//go:embed spec/*.json
var specFiles embed.FS

// spec is what the documentation says of a list method.
type spec struct {
	Method    string `json:"method"`
	About     string `json:"about"`
	Links     string `json:"links"`     // which of a site's links it is about: "out", "in" or "both"
	Lost      bool   `json:"lost"`      // only those that are gone
	Ever      bool   `json:"ever"`      // those that are gone too, whatever the readings say
	LinkType  string `json:"linkType"`  // only links of this type
	Malicious bool   `json:"malicious"` // only links whose far end is a malicious site
	Grouped   string `json:"grouped"`   // how links become rows, one of groupings; "" is a row for each link
	Top       *top   `json:"top"`       // only the first rows in a fixed order
	One       bool   `json:"one"`       // data is one row, and no array
	Price     int    `json:"price"`     // of a request; 0 is 1 a row. An empty answer costs 1

	Params     map[string]param       `json:"params"`
	Sort       map[string]string      `json:"sort"`      // the facts that the enum of sort stands for
	SortEcho   map[string]string      `json:"sortEcho"`  // the words of sort that summary_info has others for
	OrderEcho  string                 `json:"orderEcho"` // "lower" where the recorded summary_info has order in small letters
	Filter     map[string]filterField `json:"filter"`
	Words      []string               `json:"additionalFilters"`
	Keys       []rowKey               `json:"keys"`       // in the order of the recorded answer
	Info       []infoKey              `json:"info"`       // of summary_info; none are those of the lists with pages
	InfoFirst  bool                   `json:"infoFirst"`  // the recorded answer has summary_info before data
	InfoBeside bool                   `json:"infoBeside"` // the recorded answer has summary_info beside result, the schema inside
}

// top is the first rows in the order of a number, the greatest first.
type top struct {
	By   string `json:"by"`
	Rows int    `json:"rows"`
}

type param struct {
	Enum    []string        `json:"enum"`
	Minimum *int            `json:"minimum"` // of a list: of the number of its elements
	Maximum *int            `json:"maximum"`
	Default json.RawMessage `json:"default"`
	Older   []string        `json:"older"`   // values that older pages attest and the enum has no more
	Assumed string          `json:"assumed"` // what stands in where the documentation names no default
	OneWord string          `json:"oneWord"` // the default under the reading AnchorsOfOneWord
	Keeps   *rowTest        `json:"keeps"`   // the rows that it keeps
	Ignored bool            `json:"ignored"` // the recorded answer shows that it has no effect
}

// rowTest is a condition that a parameter stands for.
type rowTest struct {
	Is          string    `json:"is"`
	Kind        fieldKind `json:"kind"`
	CompareType string    `json:"compareType"`
}

type filterField struct {
	Is       string    `json:"is"`
	Kind     fieldKind `json:"kind"`
	Attested []string  `json:"attested"` // compareTypes that some public page shows for the field, of this method or a sibling
	Recorded []string  `json:"recorded"` // compareTypes that the method's own page shows
}

type rowKey struct {
	Key    string `json:"key"`
	Is     string `json:"is"`
	Schema string `json:"schema"` // the name that the schema has for it, where the recorded answer has another
	Site   int    `json:"site"`   // the site whose name follows in the key, from 1: there is no such key without the site
}

// infoKey is a key of summary_info: something that is known of the answer, or always the same value.
type infoKey struct {
	Key   string          `json:"key"`
	Is    string          `json:"is"` // one of answerFacts, or a fact of all rows together
	Value json.RawMessage `json:"value"`
}

// answerFacts are what summary_info tells of an answer, in the order of the recorded ones.
var answerFacts = []string{"left_lines", "page", "count", "total", "sort", "order"}

// specs are the list methods by their full names.
var specs = sync.OnceValue(func() map[string]*spec {
	files, err := specFiles.ReadDir("spec")
	if err != nil {
		panic(err) // the files are part of the program
	}
	all := map[string]*spec{}
	for _, f := range files {
		b, err := specFiles.ReadFile("spec/" + f.Name())
		if err != nil {
			panic(err)
		}
		sp, err := readSpec(b)
		if err != nil {
			panic(fmt.Errorf("%s: %w", f.Name(), err))
		}
		all[sp.Method] = sp
	}
	return all
})

func readSpec(b []byte) (*spec, error) {
	var sp spec
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&sp); err != nil {
		return nil, err
	}
	if err := sp.valid(); err != nil {
		return nil, err
	}
	if sp.Info == nil {
		for _, is := range answerFacts {
			sp.Info = append(sp.Info, infoKey{Key: is, Is: is})
		}
	}
	return &sp, nil
}

// valid finds slips of the pen, which would otherwise be found by a request.
func (sp *spec) valid() error {
	for _, part := range []func() error{sp.validForm, sp.validSort, sp.validFilter, sp.validParams, sp.validKeys} {
		if err := part(); err != nil {
			return err
		}
	}
	return nil
}

func (sp *spec) validForm() error {
	switch {
	case !slices.Contains([]string{"in", "out", "both"}, sp.Links):
		return fmt.Errorf("links %q", sp.Links)
	case groupings[sp.Grouped] == nil:
		return fmt.Errorf("grouped %q", sp.Grouped)
	case (sp.Links == "both") != groupings[sp.Grouped].both:
		return fmt.Errorf("links %q of %s", sp.Links, cmp.Or(sp.Grouped, "links"))
	case sp.Lost && sp.Ever:
		return errors.New("lost and ever")
	case sp.OrderEcho != "" && sp.OrderEcho != "lower":
		return fmt.Errorf("orderEcho %q", sp.OrderEcho)
	case sp.One && sp.pages():
		return errors.New("one row has no pages")
	case sp.Price < 0:
		return fmt.Errorf("price %d", sp.Price)
	}
	if t := sp.Top; t != nil {
		if err := sp.shows(t.By); err != nil || factOf(t.By, Interpretations{}).number == nil || t.Rows < 1 {
			return fmt.Errorf("top %d by %q", t.Rows, t.By)
		}
	}
	return nil
}

func (sp *spec) validSort() error {
	for field, is := range sp.Sort {
		if err := sp.shows(is); field == "" || err != nil {
			return fmt.Errorf("sort %q: %w", field, cmp.Or(err, errors.New("no name")))
		}
	}
	for field := range sp.SortEcho {
		if sp.Sort[field] == "" {
			return fmt.Errorf("sortEcho of %q", field)
		}
	}
	_, sorts := sp.Params["sort"]
	switch {
	case sorts != (len(sp.Sort) > 0):
		return errors.New("sort is a parameter, or is none")
	case sorts && sp.Sort[sp.textDefault("sort")] == "":
		return errors.New("no default of sort")
	}
	return nil
}

func (sp *spec) validFilter() error {
	for field, f := range sp.Filter {
		if err := sp.validField(f); err != nil {
			return fmt.Errorf("filter field %s: %w", field, err)
		}
	}
	for _, word := range sp.Words {
		if additionalFilters[word] == nil {
			return fmt.Errorf("no additional filter %q", word)
		}
	}
	if _, takes := sp.Params["complexFilter"]; !takes && len(sp.Filter)+len(sp.Words) > 0 {
		return errors.New("a filter without the parameter complexFilter")
	}
	return nil
}

func (sp *spec) validField(f filterField) error {
	if err := sp.shows(f.Is); err != nil {
		return err
	}
	for _, c := range slices.Concat(f.Attested, f.Recorded) {
		if !compareTypes[c] || !f.Kind.takes(c) {
			return fmt.Errorf("no compareType %q of a %s", c, f.Kind)
		}
	}
	return f.Kind.fits(factOf(f.Is, Interpretations{}))
}

// fits fails if a fact is not of the kind.
func (k fieldKind) fits(f *fact) error {
	switch {
	case !slices.Contains(fieldKinds, k):
		return fmt.Errorf("no kind %q", k)
	case (k == numberField) != (f.number != nil), (k == codesField) != (f.codes != nil):
		return fmt.Errorf("a %s is not %s", k, f.name)
	}
	return nil
}

func (sp *spec) validParams() error {
	for name, p := range sp.Params {
		switch {
		case !slices.Contains(paramNames, name):
			return fmt.Errorf("no parameter %q", name)
		case p.Keeps == nil:
			continue
		}
		if err := sp.shows(p.Keeps.Is); err != nil {
			return fmt.Errorf("parameter %s: %w", name, err)
		}
		if err := p.Keeps.Kind.fits(factOf(p.Keeps.Is, Interpretations{})); err != nil {
			return fmt.Errorf("parameter %s: %w", name, err)
		}
		if c := p.Keeps.CompareType; !compareTypes[c] || !p.Keeps.Kind.takes(c) {
			return fmt.Errorf("parameter %s: no compareType %q of a %s", name, c, p.Keeps.Kind)
		}
	}
	return nil
}

func (sp *spec) validKeys() error {
	for _, k := range sp.Keys {
		if err := sp.shows(k.Is); err != nil {
			return fmt.Errorf("key %s: %w", k.Key, err)
		}
		if _, compares := sp.Params["intersect"]; k.Site < 0 || k.Site > maxSites || k.Site > 0 && !compares {
			return fmt.Errorf("key %s: no site %d", k.Key, k.Site)
		}
	}
	for _, k := range sp.Info {
		known := slices.Contains(answerFacts, k.Is) || slices.Contains(groupings[sp.Grouped].whole, k.Is)
		if known == (k.Value != nil) {
			return fmt.Errorf("summary_info %s: no %q of an answer", k.Key, k.Is)
		}
	}
	return nil
}

// shows fails if the method's rows have no such fact.
func (sp *spec) shows(is string) error {
	if f := factOf(is, Interpretations{}); f == nil || !slices.Contains(groupings[sp.Grouped].facts, f.name) {
		return fmt.Errorf("no fact %q of such rows", is)
	}
	return nil
}

// pages reports whether the rows come in pages.
func (sp *spec) pages() bool {
	_, ok := sp.Params["page"]
	return ok
}

// listMethod finds a list method by its full name, or by what follows its last dot.
func listMethod(name string) *spec {
	for full, sp := range specs() {
		if name == full || full[strings.LastIndexByte(full, '.')+1:] == name {
			return sp
		}
	}
	return nil
}

func (sp *spec) textDefault(param string) string {
	var s string
	_ = json.Unmarshal(sp.Params[param].Default, &s) // "" where there is none
	return cmp.Or(s, sp.Params[param].Assumed)
}

func (sp *spec) numberDefault(param string) int {
	var n int
	_ = json.Unmarshal(sp.Params[param].Default, &n)
	return n
}

// takes reports whether a number is within a parameter's bounds.
func (p param) takes(n int) bool {
	return (p.Minimum == nil || n >= *p.Minimum) && (p.Maximum == nil || n <= *p.Maximum)
}

// far is the end of a link that is not the site asked about.
func (sp *spec) far(r *Row) string {
	if sp.Links == "in" {
		return r.URLFrom
	}
	return r.URLTo
}

// garbled are the facts of which a garbling fault changes one.
var garbled = []string{"link_text", "host", "malicious_host", "url_to", "label"}

// textKey is the key of a row's text that a garbling fault changes.
func (sp *spec) textKey(rd Interpretations) string {
	for _, is := range garbled {
		for _, k := range sp.Keys {
			if k.Is == is {
				return k.name(rd)
			}
		}
	}
	return ""
}

func (k rowKey) name(rd Interpretations) string {
	if rd.OtherSpellings && k.Schema != "" {
		return k.Schema
	}
	return k.Key
}
