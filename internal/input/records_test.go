package input

import (
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Where encoding/csv reads rows, they are the same here, but for the ends of lines in quotes, which it rewrites, and blanks
// before quotes, which it takes for an error.
func TestRecordsAreThoseOfEncodingCSV(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{`"`, `""`, ",", ",", "\n", "\r\n", "\r", " ", "a", "é", `"b"`, `"c,d"`}), 0, 12).Draw(t, "text"), "")
		for strings.Contains(text, "\r\r") { // an end of a line to us
			text = strings.ReplaceAll(text, "\r\r", "\r")
		}
		theirs := csv.NewReader(strings.NewReader(text))
		theirs.FieldsPerRecord = -1
		ours := newRecords(strings.NewReader(text), ',', false)
		for {
			want, err := theirs.Read()
			if err != nil && !errors.Is(err, io.EOF) {
				return // what we read where it does not is in the tests of files
			}
			cells, ourErr := ours.next()
			if (err == nil) != (ourErr == nil) {
				t.Fatalf("%q: %v, want %v", text, ourErr, err)
			}
			if err != nil {
				return
			}
			var got []string
			for _, cell := range cells {
				s, _ := cell.(string)
				got = append(got, strings.ReplaceAll(s, "\r\n", "\n"))
			}
			line, _ := theirs.FieldPos(0)
			if !slices.Equal(got, want) || ours.begin != line {
				t.Fatalf("%q: %q on line %d, want %q on line %d", text, got, ours.begin, want, line)
			}
		}
	})
}
