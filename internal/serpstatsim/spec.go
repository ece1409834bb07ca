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
	Method  string `json:"method"`
	About   string `json:"about"`
	Links   string `json:"links"`   // which of a site's links it lists: "out" or "in"
	Lost    bool   `json:"lost"`    // only those that are gone
	Grouped string `json:"grouped"` // how links become rows, one of groupings; "" is a row for each link

	Params map[string]param       `json:"params"`
	Sort   map[string]string      `json:"sort"` // the facts that the enum of sort stands for
	Filter map[string]filterField `json:"filter"`
	Words  []string               `json:"additionalFilters"`
	Keys   []rowKey               `json:"keys"` // in the order of the recorded answer
}

type param struct {
	Enum    []string        `json:"enum"`
	Minimum *int            `json:"minimum"`
	Maximum *int            `json:"maximum"`
	Default json.RawMessage `json:"default"`
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
}

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
	return &sp, sp.valid()
}

// valid finds slips of the pen, which would otherwise be found by a request.
func (sp *spec) valid() error {
	for field, is := range sp.Sort {
		if err := sp.shows(is); field == "" || err != nil {
			return fmt.Errorf("sort %q: %w", field, cmp.Or(err, errors.New("no name")))
		}
	}
	for field, f := range sp.Filter {
		if err := sp.validField(f); err != nil {
			return fmt.Errorf("filter field %s: %w", field, err)
		}
	}
	for _, k := range sp.Keys {
		if err := sp.shows(k.Is); err != nil {
			return fmt.Errorf("key %s: %w", k.Key, err)
		}
	}
	for _, word := range sp.Words {
		if additionalFilters[word] == nil {
			return fmt.Errorf("no additional filter %q", word)
		}
	}
	switch {
	case sp.Links != "in" && sp.Links != "out":
		return fmt.Errorf("links %q", sp.Links)
	case sp.Grouped != "" && groupings[sp.Grouped] == nil:
		return fmt.Errorf("grouped %q", sp.Grouped)
	case sp.Sort[sp.textDefault("sort")] == "":
		return errors.New("no default of sort")
	}
	return nil
}

// shows fails if the method's rows have no such fact.
func (sp *spec) shows(is string) error {
	if f := factOf(is, Interpretations{}); f == nil || f.ofGroups != (sp.Grouped != "") {
		return fmt.Errorf("no fact %q of such rows", is)
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
	switch {
	case !slices.Contains(fieldKinds, f.Kind):
		return fmt.Errorf("no kind %q", f.Kind)
	case (f.Kind == numberField) != (factOf(f.Is, Interpretations{}).number != nil):
		return fmt.Errorf("a %s is not %s", f.Kind, f.Is)
	}
	return nil
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
	return s
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

// textKey is the key of a row's text that a garbling fault changes.
func (sp *spec) textKey(rd Interpretations) string {
	for _, k := range sp.Keys {
		if k.Is == "link_text" || k.Is == "host" {
			return k.name(rd)
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
