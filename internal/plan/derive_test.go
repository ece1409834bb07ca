package plan

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// drawAddress draws a URL with a host as it may be written, or a host alone.
func drawAddress(t *rapid.T, of table.Part) string {
	host := drawHost(t)
	if of == table.DomainOfHost {
		return host
	}
	return rapid.SampledFrom([]string{"http://", "HTTPS://", "//", "http://U:p@", "http://x.com@y@", ""}).Draw(t, "before") + host +
		rapid.SampledFrom([]string{"", ":80", ".", ".:", "..", "/", "/İ/x.com", "?a@b.c", "\\x"}).Draw(t, "after")
}

// What is derived of a text is never said to be of none, and is of the text that is made of it.
func TestWhatIsDerivedIsAPart(t *testing.T) {
	for part, d := range derivations {
		rapid.Check(t, func(t *rapid.T) {
			text := drawAddress(t, part)
			if value := Derive(part, text); value != "" && !d.has(value) {
				t.Fatalf("part %d of %q is %q, and that of none of %q", part, text, value, d.from(value))
			}
		})
	}
	for part, values := range map[table.Part][]string{
		table.HostOfURL:    {"", "A.com", "a.com/", "a@b.com", "http://a.com/", "?", "[::1]x", "a#b"},
		table.DomainOfURL:  {"", "www.a.com", "A.com", "com", "co.uk", "a.com/", "1.2.3.4", "a.com."},
		table.DomainOfHost: {"", "www.a.com", "co.uk", "a..com", "1.2.3.4"},
	} {
		for _, value := range values {
			if derivations[part].has(value) {
				t.Errorf("part %d of %q is said to be %q", part, derivations[part].from(value), value)
			}
		}
	}
	for part, values := range map[table.Part][]string{
		table.HostOfURL:    {"a.com", "www.a.com", "1.2.3.4", "[::1]", "пример.рф", "xn--e1afmkfd.xn--p1ai", "a_b", "a:b", "a..b", "."},
		table.DomainOfURL:  {"a.com", "a.co.uk", "пример.рф", "a.b.ck", "kawasaki.jp", "city.kawasaki.jp", "www.ck"},
		table.DomainOfHost: {"a.com", "A.COM", "a.co.uk", "kawasaki.jp"},
	} {
		for _, value := range values {
			if !derivations[part].has(value) {
				t.Errorf("part %d of no text is said to be %q", part, value)
			}
		}
	}
}

// The law of the filter for one clause on a derived column: no reading drops a row that has just this part.
func TestAPartIsFoundInItsText(t *testing.T) {
	for _, of := range catalog.Tables() {
		for _, d := range of.Derived {
			rapid.Check(t, func(t *rapid.T) {
				text := drawAddress(t, d.Part)
				value := Derive(d.Part, text)
				if value == "" {
					return
				}
				b := table.NewBuilder(of, "", 1)
				b.Begin()
				b.Text(of.FieldOf(d.From), write(text))
				row := &record{t: of, row: b.Rows().All()[0]}
				folds := rapid.Bool().Draw(t, "folds")
				in := Input{Table: of, Limit: -1, Quals: []Qual{where(d.Column, Equal, value)}, Engine: rapid.SampledFrom([]Engine{PostgreSQL, SQLite}).Draw(t, "engine")}
				if folds {
					in.Known.Folds = map[string]bool{of.Fields[of.FieldOf(d.From)].Filter.Field: true}
				}
				pushed := push(in, nil, false)
				if pushed.impossible {
					t.Fatalf("%s is said to be impossible, and is of %q", in.Quals[0], text)
				}
				for _, reading := range interpretations(of, pushed.filter, folds, false) {
					if !reading.keeps(pushed.filter, row) {
						t.Fatalf("where %s, filter %v drops %q under %+v", in.Quals[0], pushed.filter, text, reading)
					}
				}
			})
		}
	}
}

// What has no case is looked for in a URL as it is in its host: no letter becomes it.
func TestNothingBecomesCaseless(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if r >= 0xD800 && r < 0xE000 || strings.ContainsRune("/?#\\@:.", r) {
			continue
		}
		if host := []rune(Derive(table.HostOfURL, "//x"+string(r)+"x")); len(host) != 3 || host[1] != r && caseless(host[1]) {
			t.Fatalf("%U becomes %U", r, host)
		}
	}
}

func TestWhatIsPushedOfDerivedColumns(t *testing.T) {
	const contains = table.Contains
	in := func(column string, v ...Value) Qual {
		return Qual{Column: column, Operator: Equal, List: true, Values: v}
	}
	to := func(v string) table.Condition { return is("url_to", contains, v) }
	tests := map[string]struct {
		qual   Qual
		folds  bool // the API is known to ignore case
		want   table.Filter
		pushed Pushed
	}{
		"a domain":                       {where("domain_to", Equal, "x.com"), true, table.Filter{{to("x.com")}}, Inexact},
		"not shown":                      {where("domain_to", Equal, "x.com"), false, nil, Unsupported},
		"not shown, digits":              {where("domain_to", Equal, "4pda.ru"), false, table.Filter{{to("4")}}, Inexact},
		"not shown, one that says much":  {where("host_to", Equal, "1.2.3.4"), false, table.Filter{{to("1.2.3.4")}}, Inexact},
		"the letter i":                   {where("host_to", Equal, "www.linkedin.com"), true, table.Filter{{to("www.l"), to("n.com"), to("nked")}}, Inexact},
		"punycode":                       {where("domain_to", Equal, "xn--e1afmkfd.com"), true, table.Filter{{to("xn--e1afmkfd.com")}}, Inexact},
		"letters beyond ASCII":           {where("host_to", Equal, "пример.com"), true, table.Filter{{to(".com")}}, Inexact},
		"several":                        {in("domain_to", "x.com", "y.com"), true, table.Filter{{to("x.com")}, {to("y.com")}}, Inexact},
		"one of several is a subdomain":  {in("domain_to", "www.x.com", "y.com"), true, table.Filter{{to("y.com")}}, Inexact},
		"like":                           {where("host_to", Like, "%.x.com"), true, table.Filter{{to(".x.com")}}, Inexact},
		"ilike":                          {where("host_to", ILike, "%.FB.com"), true, table.Filter{{to(".FB.com")}}, Inexact},
		"not like: the path may have it": {where("host_to", NotLike, "%12%"), true, nil, Unsupported},
		"another one":                    {where("host_to", NotEqual, "x.com"), true, nil, Unsupported},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := push(Input{Table: outlinks, Quals: []Qual{tt.qual}, Known: Knowledge{Folds: map[string]bool{"url_to": tt.folds}}}, nil, false)
			if got.impossible || !got.filter.Equal(tt.want) || got.decisions[0].Pushed != tt.pushed {
				t.Errorf("pushed %v, %v, want %v, %v", got.filter, got.decisions, tt.want, tt.pushed)
			}
		})
	}
	// A domain is at the end of its host as it is written there: no letter is in doubt.
	got := push(Input{Table: catalog.Of("serpstat_ref_domain"), Quals: []Qual{where("domain_from", Equal, "linkedin.com")}}, nil, false)
	if want := (table.Filter{{is("domain_from", contains, "linkedin.com")}}); !got.filter.Equal(want) {
		t.Errorf("pushed %v, want %v", got.filter, want)
	}
	for name, q := range map[string]Qual{
		"a subdomain": where("domain_to", Equal, "www.x.com"), "capitals": where("host_to", Equal, "X.com"), "a URL": where("host_to", Equal, "https://x.com/"),
		"two": in("domain_to", "www.x.com", "com"), "null": where("host_to", Equal, nil), "empty": where("host_to", Equal, ""),
	} {
		if !push(Input{Table: outlinks, Quals: []Qual{q}}, nil, false).impossible {
			t.Errorf("%s: %v would be asked for", name, q)
		}
	}
	if both := []Qual{where("domain_to", Equal, "x.com"), where("domain_to", Equal, "y.com")}; !push(Input{Table: outlinks, Quals: both}, nil, false).impossible {
		t.Errorf("%v would be asked for", both)
	}
}

// Whether contains ignores case is asked for the sake of a host, of the column that it is derived of.
func TestAProbeIsAskedForAHost(t *testing.T) {
	for name, tt := range map[string]struct {
		qual  Qual
		asked []string
	}{
		"a domain": {where("domain_to", Equal, "x.com"), []string{"url_to"}}, "a host": {where("host_from", Like, "%x%"), []string{"url_from"}},
		"an address": {where("host_to", Equal, "1.2.3.4"), nil}, "another": {where("domain_to", NotEqual, "x.com"), nil}, "a URL": {where("url_to", Equal, "http://x.com/"), nil},
	} {
		p, err := New(Input{Table: outlinks, Limit: -1, Quals: append(about(outlinks, "a.com"), tt.qual)})
		if err != nil {
			t.Fatal(err)
		}
		probe, ok := FoldingProbe(p, nil)
		if ok != (tt.asked != nil) || !slices.Equal(probe.Asked(), tt.asked) {
			t.Errorf("%s: %t, for %v, want %v", name, ok, probe.Asked(), tt.asked)
		}
	}
}
