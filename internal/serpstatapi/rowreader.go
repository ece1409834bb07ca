package serpstatapi

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// rowReader reads rows of a declared method, each an object of its fields.
type rowReader struct {
	t      *table.Table
	s      *jsonReader
	rows   *table.Builder
	fields map[string]int // by spelling
	begins []beginning    // of keys that end otherwise each time
	usual  []usualKey     // of the rows so far, in their order: the next row's are mostly the same
	values [][]byte       // of the row's fields, as they came; nil where it has none so far
}

// beginning is what the keys of a field begin with.
type beginning struct {
	text  string
	field int
}

type usualKey struct {
	name  string
	field int // -1 for a key that is not declared
}

func newRowReader(t *table.Table, s *jsonReader, size int) *rowReader {
	r := &rowReader{t: t, s: s, rows: table.NewBuilder(t, string(s.data), size), fields: map[string]int{}, values: make([][]byte, len(t.Fields))}
	for i, f := range t.Fields {
		for _, key := range f.Keys {
			if begin, ok := strings.CutSuffix(key, "*"); ok {
				r.begins = append(r.begins, beginning{begin, i})
				continue
			}
			r.fields[key] = i
		}
	}
	return r
}

// row reads the row that comes next.
func (r *rowReader) row() *Error {
	index, begin := r.rows.Len(), r.s.pos
	r.rows.Begin()
	clear(r.values)
	place := 0
	for r.s.enter('{'); r.s.more('}'); place++ {
		name, raw := r.s.key(), r.s.raw()
		field := r.fieldOf(place, name)
		if field < 0 {
			continue // it stays in the row as a whole
		}
		switch have := r.values[field]; {
		case have == nil:
		case isNull(raw) || bytes.Equal(have, raw):
			continue
		case !isNull(have):
			return unreadable("result.%s[%d].%s is %s, and %s under another of its names", r.t.Rows, index, name, r.s.redact.value(raw), r.s.redact.value(have))
		}
		if want := r.set(field, raw); want != "" {
			return unreadable("result.%s[%d].%s is %s, not %s", r.t.Rows, index, name, r.s.redact.value(raw), want)
		}
		r.values[field] = raw
	}
	for i, f := range r.t.Fields {
		if !f.Optional && r.values[i] == nil {
			return unreadable("result.%s[%d].%s is missing", r.t.Rows, index, f.Keys[0])
		}
	}
	r.rows.Whole(begin, r.s.pos)
	return nil
}

// fieldOf finds the field with a key, which is mostly the one that the row before had at this place.
func (r *rowReader) fieldOf(place int, name []byte) int {
	if place < len(r.usual) && r.usual[place].name == string(name) {
		return r.usual[place].field
	}
	field, ok := r.fields[string(name)]
	if !ok {
		field = -1
		for _, b := range r.begins {
			if bytes.HasPrefix(name, []byte(b.text)) {
				field = b.field
			}
		}
	}
	if place == len(r.usual) {
		r.usual = append(r.usual, usualKey{string(name), field})
	}
	return field
}

// set reads a field's value; it says what the value should have been where it is something else.
func (r *rowReader) set(field int, raw []byte) (want string) {
	f := &r.t.Fields[field]
	switch f.Kind {
	case table.Count, table.Change:
		n, ok := intOf(raw)
		switch {
		case ok && (n >= 0 || f.Kind == table.Change):
			r.rows.Count(field, n)
		case f.Optional && isNull(raw):
			r.rows.Null(field)
		case f.Kind == table.Count:
			return "a whole number from 0"
		default:
			return "a whole number"
		}
	case table.Decimal:
		x, ok := decimalOf(raw)
		switch {
		case ok:
			r.rows.Decimal(field, x)
		case f.Optional && isNull(raw):
			r.rows.Null(field)
		default:
			return "a number"
		}
	case table.Words:
		if !isWords(raw) {
			return "a list of texts"
		}
		if end := r.s.pos; bytes.IndexByte(raw, '\\') < 0 && utf8.Valid(raw) {
			r.rows.Piece(field, end-len(raw), end)
		} else {
			r.rows.Text(field, func(to []byte) []byte { return append(to, table.Holdable(string(raw))...) })
		}
	case table.Time:
		t, ok := dateOf(raw)
		switch {
		case !ok:
			return "a date"
		case t.IsZero():
			r.rows.Null(field)
		default:
			r.rows.Time(field, t)
		}
	default:
		return r.text(field, raw)
	}
	return ""
}

func (r *rowReader) text(field int, raw []byte) (want string) {
	switch {
	case isNull(raw) && !r.t.Fields[field].NeverNull():
		r.rows.Null(field)
	case !isText(raw):
		return "a text"
	case bytes.IndexByte(raw, '\\') < 0 && utf8.Valid(raw):
		end := r.s.pos - 1
		r.rows.Piece(field, end-len(raw)+2, end)
	default:
		r.rows.Text(field, func(to []byte) []byte { return appendText(to, raw) })
	}
	return ""
}
