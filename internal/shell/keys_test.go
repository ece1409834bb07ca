package shell

import (
	"io"
	"strings"
	"testing"
)

// No more is read than one key, and what is pasted asks for no completion.
func TestKeysAreReadOneByOne(t *testing.T) {
	typed := strings.NewReader("a\tü" + pasteBegins + "x\ty" + pasteEnds + "\t;")
	k := &keys{from: typed}
	b := make([]byte, 100)
	if n, err := k.Read(b); n != 1 || err != nil || b[0] != 'a' || typed.Len() != len("\tü"+pasteBegins+"x\ty"+pasteEnds+"\t;") {
		t.Errorf("%q is read, %v, %d are left", b[:n], err, typed.Len())
	}
	rest, err := io.ReadAll(k)
	if want := "\tü" + pasteBegins + "x" + string(tabulator) + "y" + pasteEnds + "\t;"; string(rest) != want || err != nil || !k.ended {
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
