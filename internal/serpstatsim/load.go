package serpstatsim

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// ReadData reads rows from JSON: an object of arrays of rows in the shape of the specification's data
// schema, by domain in lower case. Every field must be there, of its type, with a date that is one, and
// first_seen not after last_visited. An error names domain, row (from 1), field and line.
func ReadData(r io.Reader) (map[string][]Row, error) {
	lines := &lineCounter{r: r}
	d := json.NewDecoder(lines)
	data := map[string][]Row{}
	err := readObject(d, func(domain string) error {
		if _, twice := data[domain]; twice {
			return fmt.Errorf("domain %q comes twice", domain)
		}
		rows, err := readRows(d, domain)
		data[domain] = rows
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("line %d: %w", lines.at(d.InputOffset()), err)
	}
	return data, nil
}

// readObject calls value before each value of an object; value reads it.
func readObject(d *json.Decoder, value func(key string) error) error {
	if err := expect(d, '{', "an object of domains: {\"example.com\": [rows …]}"); err != nil {
		return err
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return plain(err)
		}
		if err := value(key.(string)); err != nil { // keys are strings, or Token fails
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return plain(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the object of domains")
	}
	return nil
}

func readRows(d *json.Decoder, domain string) ([]Row, error) {
	if domain == "" || domain != strings.ToLower(domain) || strings.ContainsAny(domain, " /:") {
		return nil, fmt.Errorf("domain %q: write it like \"example.com\", in lower case", domain)
	}
	if err := expect(d, '[', "an array of rows"); err != nil {
		return nil, fmt.Errorf("domain %q: %w", domain, err)
	}
	rows := []Row{}
	for d.More() {
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return nil, fmt.Errorf("domain %q, row %d: %w", domain, len(rows)+1, plain(err))
		}
		row, err := readRow(raw)
		if err != nil {
			return nil, fmt.Errorf("domain %q, row %d: %w", domain, len(rows)+1, err)
		}
		rows = append(rows, row)
	}
	_, err := d.Token()
	return rows, plain(err)
}

// readRow reads one row; its fields are those of the specification, all of them.
func readRow(raw json.RawMessage) (Row, error) {
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) != nil || fields == nil {
		return Row{}, errors.New("not an object")
	}
	var r Row
	for _, f := range []struct {
		name, shape string
		target      any
	}{
		{"url_from", "a text", &r.URLFrom}, {"url_to", "a text", &r.URLTo}, {"nofollow", "a text", &r.Nofollow},
		{"link_type", "a text", &r.LinkType}, {"links_ext", "a whole number", &r.LinksExt}, {"link_text", "a text", &r.LinkText},
		{"first_seen", "a text", &r.FirstSeen}, {"last_visited", "a text", &r.LastVisited}, {"date_del", "a text or null", &r.DateDel},
	} {
		value, ok := fields[f.name]
		delete(fields, f.name)
		switch {
		case !ok:
			return r, fmt.Errorf("%s is missing", f.name)
		case string(value) == "null" && f.name != "date_del", json.Unmarshal(value, f.target) != nil:
			return r, fmt.Errorf("%s must be %s", f.name, f.shape)
		}
	}
	for name := range fields {
		return r, fmt.Errorf("%s is not a field of a row", name)
	}
	return r, r.valid()
}

func (r *Row) valid() error {
	dates := map[string]string{"first_seen": r.FirstSeen, "last_visited": r.LastVisited}
	if r.DateDel != nil {
		dates["date_del"] = *r.DateDel
	}
	for _, name := range []string{"first_seen", "last_visited", "date_del"} {
		if value, ok := dates[name]; ok && !isDate(value) {
			return fmt.Errorf("%s %q must be like \"2025-02-04\" or \"2025-02-04 21:37:16\"", name, value)
		}
	}
	switch {
	case hostOf(r.URLFrom) == "":
		return fmt.Errorf("url_from %q has no host", r.URLFrom)
	case r.LinksExt < 0:
		return errors.New("links_ext must not be negative")
	case r.FirstSeen > r.LastVisited && r.FirstSeen[:10] > r.LastVisited[:10]:
		return fmt.Errorf("first_seen %s is after last_visited %s", r.FirstSeen, r.LastVisited)
	}
	return nil
}

func isDate(s string) bool {
	layout := time.DateTime
	if len(s) == len(time.DateOnly) {
		layout = time.DateOnly
	}
	_, err := time.Parse(layout, s)
	return err == nil && len(s) == len(layout)
}

func expect(d *json.Decoder, delim json.Delim, what string) error {
	token, err := d.Token()
	if err != nil {
		return plain(err)
	}
	if token != delim {
		return fmt.Errorf("expected %s", what)
	}
	return nil
}

// plain says an end of input in words.
func plain(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the data ends too early")
	}
	return err
}

// lineCounter remembers where lines start in what was read.
type lineCounter struct {
	r      io.Reader
	read   int64
	starts []int64
}

func (l *lineCounter) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	for i, c := range p[:n] {
		if c == '\n' {
			l.starts = append(l.starts, l.read+int64(i)+1)
		}
	}
	l.read += int64(n)
	return n, err
}

// at returns the line, from 1, of an offset.
func (l *lineCounter) at(offset int64) int {
	line := 1
	for _, start := range l.starts {
		if start > offset {
			break
		}
		line++
	}
	return line
}
