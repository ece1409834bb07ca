package serpstatapi

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"
)

func TestWholeNumbers(t *testing.T) {
	for raw, want := range map[string]any{
		"0": 0, "13": 13, "-5": -5, `"13"`: 13, "13.0": 13, `"13.000"`: 13, `"007"`: 7, "-0": 0,
		"9223372036854775807": 9223372036854775807, "-9223372036854775808": -9223372036854775808,
		"9223372036854775808": nil, "123456789012345678901": nil, "": nil, "null": nil, `""`: nil, `"`: nil, "-": nil, `"-"`: nil,
		"1.5": nil, "1e3": nil, `"1,000"`: nil, `" 1"`: nil, `"+1"`: nil, `"0x10"`: nil, `"1_0"`: nil, `"NaN"`: nil, `"Inf"`: nil,
		"1.": nil, `".0"`: nil, "true": nil, "[1]": nil, "{}": nil, `"--1"`: nil, `"１"`: nil,
	} {
		n, ok := intOf([]byte(raw))
		if w, isNumber := want.(int); ok != isNumber || ok && n != int64(w) {
			t.Errorf("%s is %d, %v; want %v", raw, n, ok, want)
		}
	}
}

func TestDates(t *testing.T) {
	for raw, want := range map[string]string{
		`"2022-09-16"`: "2022-09-16 00:00:00", `"2025-02-04 21:37:16"`: "2025-02-04 21:37:16", `"2024-02-29"`: "2024-02-29 00:00:00",
		`"9999-12-31 23:59:59"`: "9999-12-31 23:59:59", `"0001-01-01 00:00:01"`: "0001-01-01 00:00:01",
		"null": "null", `""`: "null", `"0000-00-00"`: "null", `"0000-00-00 00:00:00"`: "null",
	} {
		got, ok := dateOf([]byte(raw))
		text := got.Format(time.DateTime)
		if got.IsZero() {
			text = "null"
		}
		if !ok || text != want || got.Location() != time.UTC {
			t.Errorf("%s is %s, %v; want %s", raw, text, ok, want)
		}
	}
	for _, raw := range []string{
		"", "0", "20220916", `"2022-9-16"`, `"2022-09-16 "`, `" 2022-09-16"`, `"2022-09-16T21:37:16"`, `"2022-09-16 21:37"`, `"2022-09-16 21:37:16Z"`,
		`"2022-09-16 21:37:16.5"`, `"2022-13-01"`, `"2022-00-01"`, `"2022-01-00"`, `"2023-02-29"`, `"2022-04-31"`, `"2022-09-16 24:00:00"`, `"2022-09-16 23:60:00"`,
		`"2022-09-16 23:59:60"`, `"16.09.2022"`, `"0000-01-01"`, `"0000-00-00 00:00:01"`, `"0001-01-01"`, `"2022/09/16"`, `"+022-09-16"`, `"２022-09-16"`, "[]", "true", `"`,
	} {
		if got, ok := dateOf([]byte(raw)); ok {
			t.Errorf("%s is read as %v", raw, got)
		}
	}
}

func FuzzParseDate(f *testing.F) {
	for _, seed := range []string{"2022-09-16", "2025-02-04 21:37:16", "", "0000-00-00", "0000-00-00 00:00:00", "2023-02-29", "2022-9-16", "0001-01-01", "2022-09-16 1:37:161"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := dateOf([]byte(`"` + text + `"`))
		if strings.Trim(text, "0-: ") == "" {
			return // null or one of its near misses
		}
		layout := time.DateOnly
		if len(text) > len(layout) {
			layout = time.DateTime
		}
		want, err := time.Parse(layout, text)
		wantOK := err == nil && want.Format(layout) == text && want.Year() > 0 && !want.IsZero()
		if ok != wantOK || ok && !got.Equal(want) {
			t.Errorf("%q is %v, %v; package time says %v, %v", text, got, ok, want, err)
		}
	})
}

func FuzzParseNumber(f *testing.F) {
	for _, seed := range []string{"0", "13", "-5", `"13"`, "13.0", "1e3", "9223372036854775808", `"NaN"`, "", `"`, "-", "00.00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		n, ok := intOf([]byte(raw))
		if !ok {
			return
		}
		text := raw
		if len(raw) >= 2 && raw[0] == '"' {
			text = raw[1 : len(raw)-1]
		}
		want, isNumber := new(big.Rat).SetString(text)
		if !isNumber || want.Cmp(new(big.Rat).SetInt64(n)) != 0 {
			t.Errorf("%q is %d", raw, n)
		}
	})
}

func TestTextsAreReadAsEncodingJSONReadsThem(t *testing.T) {
	for _, raw := range []string{`""`, `"a"`, `"\\"`, `"\\\""`, `"a\"b"`, `"\u00e9"`, `"\uD83D\uDC4D"`, `"\ud83d"`, `"\ud83d\ud83d\udc4d"`, `"\udc4d\ud83d"`, "\"\xff\"", "\"\xe2\x82\"", "\"\\/\xf0\"", `"İıſK"`} {
		var want string
		if err := json.Unmarshal([]byte(raw), &want); err != nil {
			t.Fatal(raw, err)
		}
		if got, ok := textOf([]byte(raw)); !ok || got != want {
			t.Errorf("%s is %q, want %q", raw, got, want)
		}
	}
}

// nesting is how deep a JSON text is nested.
func nesting(text []byte) (deepest int) {
	depth, inText := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case inText && c == '\\':
			i++
		case c == '"':
			inText = !inText
		case inText:
		case c == '{' || c == '[':
			depth++
			deepest = max(deepest, depth)
		case c == '}' || c == ']':
			depth--
		}
	}
	return deepest
}

// The law of scan: what it takes for JSON is what encoding/json does, but for the depth; and each member of an
// object, taken apart, is the one that encoding/json finds.
func FuzzScan(f *testing.F) {
	for _, seed := range []string{
		`{"a":[1,-0.5e+3,"x\\\"",{"b":null}],"c":true}`, ` [ ] `, `{}`, `{"a":1,"a":2}`, `01`, `-`, `1.`, `1e`, `"\u12g4"`, `"\x"`, "\"\n\"", `[1,]`, `{"a"}`, `{"a":1,}`,
		`{,}`, `tru`, `nullx`, `[1 2]`, `"a`, `{"a\"":[[["]"]]]}`, "\ufeff{}", strings.Repeat("[", 64) + strings.Repeat("]", 64), `"\u00`, "",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		s := jsonReader{data: text}
		got, want := s.valid(), json.Valid(text)
		if want && nesting(text) > maxDepth {
			return
		}
		if got != want {
			t.Fatalf("%q: valid %v, encoding/json says %v", text, got, want)
		}
		if !got {
			return
		}
		members := map[string]string{}
		isObject := object(text, func(name string, value []byte) { members[name] = string(value) })
		var wantMembers map[string]json.RawMessage
		if err := json.Unmarshal(text, &wantMembers); err != nil || wantMembers == nil {
			if isObject {
				t.Errorf("%q is taken for an object", text)
			}
			return
		}
		for name, value := range members {
			if strings.ContainsAny(name, "\\") || strings.ToValidUTF8(name, "") != name {
				continue // names are compared as they are written
			}
			if fmt.Sprint(string(wantMembers[name])) != value && !strings.Contains(string(text), `\`) {
				t.Errorf("%q: %q is %s, encoding/json says %s", text, name, value, wantMembers[name])
			}
		}
	})
}
