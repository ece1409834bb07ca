package shell

import (
	"io"
	"strings"
	"testing"
)

// keyboard is one at which nobody waits for what a key does, until the last one.
type keyboard struct{ *strings.Reader }

func (k keyboard) More() bool { return k.Len() > 0 }

// A Tab is the key where nothing comes behind it, and nothing was pasted. A paste goes on behind an entry of it.
func TestTabsOfAPaste(t *testing.T) {
	const tab = string(tabulator)
	for _, tt := range []struct{ typed, want string }{
		{"a\t", "a\t"},
		{"a\tb\t", "a" + tab + "b\t"},
		{pasteBegins + "a;\rb\tc\t", pasteBegins + "a;\rb" + tab + "c" + tab},
		{pasteBegins + "a\r", pasteBegins + "a\r"}, // its end was read by a pager
	} {
		typed := strings.NewReader(tt.typed)
		k := &keys{from: keyboard{typed}}
		read, b := "", make([]byte, 8)
		for {
			n, err := k.Read(b)
			if read += string(b[:n]); err != nil {
				break
			}
			k.begins = b[0] == '\r'
		}
		if read != tt.want || strings.HasSuffix(tt.typed, "\r") && k.pasting {
			t.Errorf("of %q %q is read, want %q", tt.typed, read, tt.want)
		}
	}
}

// No more is read than one key, and what is pasted asks for no completion.
func TestKeysAreReadOneByOne(t *testing.T) {
	typed := strings.NewReader("a\tü" + pasteBegins + "x\ty" + pasteEnds + "\t;")
	k := &keys{from: keyboard{typed}}
	b := make([]byte, 100)
	if n, err := k.Read(b); n != 1 || err != nil || b[0] != 'a' || typed.Len() != len("\tü"+pasteBegins+"x\ty"+pasteEnds+"\t;") {
		t.Errorf("%q is read, %v, %d are left", b[:n], err, typed.Len())
	}
	const tab = string(tabulator)
	rest, err := io.ReadAll(k)
	if want := tab + "ü" + pasteBegins + "x" + string(tabulator) + "y" + pasteEnds + tab + ";"; string(rest) != want || err != nil || !k.ended {
		t.Errorf("%q is read, want %q, %v", rest, want, err)
	}
}

func TestKeysThatMeanNothing(t *testing.T) {
	for _, r := range "aü \t\r\n\x03\x04\x12\x7f" {
		if _, ok := taken(r); !ok {
			t.Errorf("%q is left out", r)
		}
	}
	for _, r := range []rune{0, 0x0f, 0x16, newline} {
		if _, ok := taken(r); ok {
			t.Errorf("%q is taken", r)
		}
	}
}
