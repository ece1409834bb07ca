package input_test

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/turbot/steampipe-plugin-serpstat/internal/input"
)

// What people in five countries have in their lists: words, names and phrases as they are written, a few of them at most.
var texts = map[string]string{
	"Russian": "Домен;Анкор\nexample.com;купить ботинки в Москве\npython.org;Заказать доставку цветов — недорого\nsite.org;и цены\nё.com;«Ёлки» № 5\n",
	"short":   "ключ\nобувь\nшины\n",
	"Ukrainian": "Сайт;Назва\nexample.com;Купити взуття у Києві — ціни, відгуки\npython.org;Її об'єкти, ґанок і лілії в Україні\n" +
		"a.com;Новини Львова\nb.com;ІНТЕРНЕТ-МАГАЗИН ЇЖІ\n",
	"French":  "site;ancre\nexample.com;Où acheter des chaussures à Paris\npython.org;L'été créé à Noël, naïf et œuvre — 5 €\na.com;Élèves, garçon, forêt\n",
	"German":  "Seite;Ankertext\nexample.com;Schöne Schuhe für größere Füße\npython.org;Übersicht über Äpfel\na.com;GRÖSSE ÄRMEL\n",
	"Spanish": "sitio;ancla\nexample.com;¿Dónde comprar zapatos para niños?\npython.org;Año nuevo, corazón y pingüino\na.com;BAÑO DE ESPAÑA\n",
}

var cyrillic = map[string]bool{"Russian": true, "short": true, "Ukrainian": true}

func TestTheEncodingIsFound(t *testing.T) {
	for language, text := range texts {
		encodings := map[input.Encoding]encoding.Encoding{
			input.UTF8: encoding.Nop, input.UTF16LE: unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), input.UTF16BE: unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM),
			input.UTF16: unicode.UTF16(unicode.BigEndian, unicode.UseBOM),
		}
		if cyrillic[language] {
			encodings[input.Windows1251] = charmap.Windows1251
		} else {
			encodings[input.Windows1252] = charmap.Windows1252
		}
		want, wantRows, err := read(t, "a.csv", text, input.Options{})
		if err != nil {
			t.Fatalf("%s: %v", language, err)
		}
		for name, e := range encodings {
			encoded, err := e.NewEncoder().String(text)
			if err != nil {
				t.Fatalf("%s in %s: %v", language, name, err)
			}
			for _, told := range []input.Encoding{"", name} {
				s, rows, err := read(t, "a.csv", encoded, input.Options{Encoding: told})
				if err != nil {
					t.Errorf("%s in %s: %v", language, name, err)
				} else if s.Encoding != name || shown(s, rows) != shown(want, wantRows) {
					t.Errorf("%s in %s is taken for %s:\n%s", language, name, s.Encoding, shown(s, rows))
				}
			}
			// Each line alone is enough, if it has a letter beyond ASCII.
			for line := range strings.Lines(text) {
				encoded, _ := e.NewEncoder().String(line + "x,y\n")
				s, _, err := read(t, "a.csv", encoded, input.Options{})
				if ascii := len(line) == len([]rune(line)); err != nil || !ascii && s.Encoding != name {
					t.Errorf("%q in %s is taken for %v: %v", line, name, s, err)
				}
			}
		}
	}
}

// Letters that stand alone are no words in Cyrillic.
func TestLettersThatStandAlone(t *testing.T) {
	s, rows, err := read(t, "a.csv", "n,t\n1,\xe0\n2,\xe9\n", input.Options{})
	if err != nil || s.Encoding != input.Windows1252 || rows[0][1] != "à" {
		t.Errorf("it is %s: %v", s.Encoding, err)
	}
}

// A character may stand where one block that is read ends, and the next begins.
func TestACharacterBetweenTwoBlocks(t *testing.T) {
	for before := range 4 {
		content := strings.Repeat("x", 1<<16-before) + "é\n"
		s, rows, err := read(t, "a.csv", content, input.Options{Header: input.NoHeader})
		if err != nil || s.Encoding != input.UTF8 || rows[0][0] != strings.TrimSuffix(content, "\n") {
			t.Errorf("after %d: %v", before, err)
		}
	}
}

func TestAMarkIsNoPartOfTheText(t *testing.T) {
	utf16, _ := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String("имя,n\nx,1\n")
	for _, content := range []string{"\ufeffимя,n\nx,1\n", utf16} {
		s, rows, err := read(t, "a.csv", content, input.Options{})
		if err != nil || shown(s, rows) != "имя text, n integer\n'x' | 1" {
			t.Errorf("%v %v", shown(s, rows), err)
		}
	}
}

func TestBytesThatAreNoTextAreAnErrorWithTheirLine(t *testing.T) {
	for _, x := range []struct {
		content string
		told    input.Encoding
		want    string
	}{
		{"a\n\xd0\xbf\xd1\x80\n\xd0\xbf\xd1\n", "", "line 3 has a byte that is not utf-8 (0xD1)"},
		{"a\nb\xff\n", input.UTF8, "line 2 has a byte that is not utf-8 (0xFF)"},
		{"a\nb\xc3", input.UTF8, "line 2 has a byte that is not utf-8 (0xC3)"},
		{"a\nb\nc\x98\n", input.Windows1251, "line 3 has a byte that is no character of windows-1251"},
		{"a\nb\x81\n", input.Windows1252, "line 2 has a byte that is no character of windows-1252"},
		{"a\x00\n\x00\x00\xd8b\x00", input.UTF16LE, "line 2 has half of a character of utf-16le"},
	} {
		_, _, err := read(t, "a.csv", x.content, input.Options{Encoding: x.told})
		if err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%q: %v, want %s", x.content, err, x.want)
		}
	}
}
