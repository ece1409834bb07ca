package input_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/input"
)

// read reads a file of the given bytes; what comes of it is columns, each with its type, and the rows.
func read(t fataler, name, content string, o input.Options) (s *input.Source, rows [][]any, err error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatalf("%v", err)
	}
	return readFile(t, name, file, o)
}

type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
	TempDir() string
}

func readFile(t fataler, name, file string, o input.Options) (s *input.Source, rows [][]any, err error) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatalf("%v", err)
	}
	defer f.Close()
	s, err = input.Open(context.Background(), name, f, o)
	if err != nil {
		return nil, nil, err
	}
	defer s.Close()
	err = s.Each(context.Background(), func(values []any) error {
		rows = append(rows, append([]any{}, values...))
		return nil
	})
	if err == nil && int64(len(rows)) != s.Rows {
		t.Fatalf("%d rows, and %d were counted", len(rows), s.Rows)
	}
	return s, rows, err
}

// shown is columns and rows as a text.
func shown(s *input.Source, rows [][]any) string {
	var b strings.Builder
	for i, c := range s.Columns {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s %s", c.Name, c.Type)
	}
	for _, row := range rows {
		b.WriteString("\n")
		for i, v := range row {
			if i > 0 {
				b.WriteString(" | ")
			}
			if text, ok := v.(string); ok {
				v = "'" + text + "'"
			} else if v == nil {
				v = "null"
			}
			fmt.Fprint(&b, v)
		}
	}
	return b.String()
}

func TestWhatAFileHolds(t *testing.T) {
	for _, x := range []struct{ name, file, content, want string }{
		{"a header over numbers", "a.csv", "domain,links\na.com,7\nb.com,12\n", "domain text, links integer\n'a.com' | 7\n'b.com' | 12"},
		{"a semicolon, and numbers with a comma", "a.csv", "site;cost\na.com;1,5\nb.com;2,25\n", "site text, cost text\n'a.com' | '1,5'\n'b.com' | '2,25'"},
		{"tabs", "a.tsv", "k\tv\nx, y, z\t1\nx, y, z\t2\n", "k text, v integer\n'x, y, z' | 1\n'x, y, z' | 2"},
		{"a decimal comma in each row", "a.csv", "a.com;1,5\nb.com;2,25\n", "column1 text, column2 text\n'a.com' | '1,5'\n'b.com' | '2,25'"},
		{"quotes between tabs are themselves", "a.tsv", "size\tn\n5\" pipe\t1\n\"Best\" shoes\t2\n", "size text, n integer\n'5\" pipe' | 1\n'\"Best\" shoes' | 2"},
		{"quotes of csv between tabs", "a.tsv", "size\tn\n\"5\"\" pipe\t\"\t1\n", "size text, n integer\n'5\" pipe\t' | 1"},
		{"bars", "a.txt", "k|v\nx|1\ny|2\n", "k text, v integer\n'x' | 1\n'y' | 2"},
		{"Excel's line that says the delimiter", "a.csv", "sep=;\r\nk;v\r\nx;1\r\n", "k text, v integer\n'x' | 1"},
		{"a list of domains loses no row", "a.csv", "example.com\npython.org\n", "domain text\n'example.com'\n'python.org'"},
		{"a list of domains in other scripts", "a.txt", "пример.рф\nприклад.укр\n", "domain text\n'пример.рф'\n'приклад.укр'"},
		{"a zero byte in a name", "a.json", `[{"a\u0000b": 1, "ab": 2, "\u0000": 3}]`, "ab integer, ab_2 integer, column3 integer\n1 | 2 | 3"},
		{"a list of addresses of sites", "a.txt", "https://www.example.com/\n python.org\n", "domain text\n'https://www.example.com/'\n' python.org'"},
		{"a list of pages", "a.txt", "https://example.com/a\nhttps://python.org\n", "url text\n'https://example.com/a'\n'https://python.org'"},
		{"one domain", "a.txt", "example.com", "domain text\n'example.com'"},
		{"a list with a header", "a.txt", "Site\nexample.com\npython.org\n", "Site text\n'example.com'\n'python.org'"},
		{"a list of words", "a.txt", "buy shoes\ncheap shoes, red\n", "column1 text\n'buy shoes'\n'cheap shoes, red'"},
		{"a list of words with a header", "a.txt", "Keyword\nbuy shoes\ncheap shoes\n", "Keyword text\n'buy shoes'\n'cheap shoes'"},
		{"rows without a header", "a.csv", "a.com,7,x\nb.com,12,y\n", "column1 text, column2 integer, column3 text\n'a.com' | 7 | 'x'\n'b.com' | 12 | 'y'"},
		{"only texts have a header", "a.csv", "name,city\nAnn,Kyiv\nBob,Lyon\n", "name text, city text\n'Ann' | 'Kyiv'\n'Bob' | 'Lyon'"},
		{"a first row that comes again is none", "a.csv", "yes,x\nno,y\nyes,z\n", "column1 text, column2 text\n'yes' | 'x'\n'no' | 'y'\n'yes' | 'z'"},
		{"a header alone", "a.csv", "name,city\n", "name text, city text"},
		{"names that are alike, and none", "a.csv", "n, N ,,n\n1,2,3,4\n", "n integer, N_2 integer, column3 integer, n_3 integer\n1 | 2 | 3 | 4"},
		{"leading zeros and the like", "a.csv", "a,b,c,d,e,f\n007,+7,1e5,1.50,12345678901234567890,-0\n", "a text, b text, c text, d text, e text, f text\n'007' | '+7' | '1e5' | '1.50' | '12345678901234567890' | '-0'"},
		{"numbers", "a.csv", "a,b,c\n9223372036854775807,-0.25,0\n-12,7,12.5\n", "a integer, b real, c real\n9223372036854775807 | -0.25 | 0\n-12 | 7 | 12.5"},
		{"a whole number that a real one would round", "a.csv", "a\n9007199254740993\n0.5\n", "a text\n'9007199254740993'\n'0.5'"},
		{"one zero too many keeps a column text", "a.csv", "zip,n\n01234,1\n56789,2\n", "zip text, n integer\n'01234' | 1\n'56789' | 2"},
		{"empty cells", "a.csv", "t,n\n,\n\"\",\"\"\nx,3\n\"\",4\n\"\",\r\n", "t text, n integer\nnull | null\n'' | null\n'x' | 3\n'' | 4\n'' | null"},
		{"the last cell in quotes", "a.csv", "n,t\n1,\"\"\r\n2,\n3,x", "n integer, t text\n1 | ''\n2 | null\n3 | 'x'"},
		{"rows that are short, and empty ones", "a.csv", "a,b,c\n1,2\n\n4,5,6\n7,8,9,,\n", "a integer, b integer, c integer\n1 | 2 | null\n4 | 5 | 6\n7 | 8 | 9"},
		{"quotes", "a.csv", "a,b\n\"x, \"\"y\"\"\nz\",1\n", "a text, b integer\n'x, \"y\"\nz' | 1"},
		{"dates stay texts", "a.csv", "day,n\n2024-06-30,1\n2024-07-01,2\n", "day text, n integer\n'2024-06-30' | 1\n'2024-07-01' | 2"},
		{"ends of lines in quotes", "a.csv", "a,n\r\n\"x\r\ny\nz\rw\",1\r\n", "a text, n integer\n'x\r\ny\nz\rw' | 1"},
		{"ends of lines that were made twice", "a.csv", "a,n\r\r\nx,1\r\r\n\"y\",2\r\r\n", "a text, n integer\n'x' | 1\n'y' | 2"},
		{"a quote inside of a cell", "a.csv", "a,n\n5\" pipe,1\nan \"exact\" one,2\n", "a text, n integer\n'5\" pipe' | 1\n'an \"exact\" one' | 2"},
		{"blanks before quotes", "a.csv", "a, \"b, c\"\n1, \"2, 3\"\n", "a integer, b, c text\n1 | '2, 3'"},
		{"quotes in a list", "a.txt", "\"buy shoes\" online\n5\" pipe\n\"red, white\n", "column1 text\n'\"buy shoes\" online'\n'5\" pipe'\n'\"red, white'"},
		{"a list whose later rows have delimiters", "a.txt", strings.Repeat("words and words\n", 1<<15) + "red, white\n", "column1 text" + strings.Repeat("\n'words and words'", 1<<15) + "\n'red, white'"},
		{"a zero byte is no sign of UTF-16", "a.csv", "a,b\nx\x00y,1\nz,2\n", "a text, b integer\n'x\x00y' | 1\n'z' | 2"},
		{"titles above a header", "a.csv", "Keyword Stats 2024-06-30\n1 June - 31 May, 2024\nKeyword,Searches,Bid\nshoes,10,1.5\n", "Keyword text, Searches integer, Bid real\n'shoes' | 10 | 1.5"},
		{"comments above a header", "a.csv", "# ---\n# example.com\n# Start date: 20240101\n\nPage,Views\n/,10\n/a,7\n", "Page text, Views integer\n'/' | 10\n'/a' | 7"},
		{"no title above rows without a header", "a.csv", "a.com\nb.com,7\nc.com,8\n", "column1 text\n'a.com'\n'b.com,7'\n'c.com,8'"},
		{"no title where the first row has an address", "a.csv", "a.com,\nsite,links\nb.com,7\n", "column1 text, column2 text\n'a.com' | null\n'site' | 'links'\n'b.com' | '7'"},
		{"a header that is shorter than its rows is no title", "a.csv", "site,links\na.com,7\nb.com,8,,\n", "site text, links integer\n'a.com' | 7\n'b.com' | 8"},
		{"cities are no columns", "a.csv", "city\nParis, France\nRome, Italy\n", "column1 text\n'city'\n'Paris, France'\n'Rome, Italy'"},
		{"years above numbers", "a.csv", "domain,2023,2024\na.com,5,6\nb.com,7,8\n", "domain text, 2023 integer, 2024 integer\n'a.com' | 5 | 6\n'b.com' | 7 | 8"},
		{"a year in the first of the rows", "a.csv", "shoes,2015\nboots,300\n", "column1 text, column2 integer\n'shoes' | 2015\n'boots' | 300"},
		{"many titles", "a.csv", strings.Repeat("about\n", 15) + "site,links\na.com,7\n", "site text, links integer\n'a.com' | 7"},
		{"no title that is as wide as a header", "a.csv", "Report,x\nkeyword,volume\nshoes,1\nboots,2\n", "Report text, x text\n'keyword' | 'volume'\n'shoes' | '1'\n'boots' | '2'"},
		{"no title of three cells", "a.csv", "a,b,c,\nk,v,n,m\nx,1,2,3\n", "a text, b text, c text, column4 text\n'k' | 'v' | 'n' | 'm'\n'x' | '1' | '2' | '3'"},
		{"years above years", "a.csv", "x,2015\na.com,2016\nb.com,2017\n", "column1 text, column2 integer\n'x' | 2015\n'a.com' | 2016\n'b.com' | 2017"},
		{"a tab in one row", "a.csv", "k\tx,v\nshoes,1\nboots,2\n", "k\tx text, v integer\n'shoes' | 1\n'boots' | 2"},
		{"commas in a few rows of a list", "a.txt", "Paris, France\nRome\nKyiv\nLyon\n", "column1 text\n'Paris, France'\n'Rome'\n'Kyiv'\n'Lyon'"},
		{"zeros that are no halves of characters", "a.csv", "a,b\n\x00\x00\x00\x00\x00x,1\n", "a text, b integer\n'\x00\x00\x00\x00\x00x' | 1"},
		{"a long negative number beside a real one", "a.csv", "a\n-9007199254740993\n0.5\n", "a text\n'-9007199254740993'\n'0.5'"},
		{"columns without name and value", "a.csv", "d,n,,\na.com,7,,\nb.com,8,,\n", "d text, n integer\n'a.com' | 7\n'b.com' | 8"},
		{"a column without name", "a.csv", "d,n,,\na.com,7,,\nb.com,8,x,\n", "d text, n integer, column3 text\n'a.com' | 7 | null\n'b.com' | 8 | 'x'"},
		{"what the product's own csv has", "a.csv", "r,s,t\n1.0,0.3333333333333333,1e-07\n10.0,2.5,1e+300\n", "r real, s real, t real\n1 | 0.3333333333333333 | 1e-07\n10 | 2.5 | 1e+300"},
		{"Excel's line in capitals", "a.csv", "SEP=;\nk;v\nx;1\n", "k text, v integer\n'x' | 1"},
		{"lines of an old Mac", "a.csv", "a,n\rx,1\ry,2\r", "a text, n integer\n'x' | 1\n'y' | 2"},
		{"a dotted name is no domain", "a.csv", "avg.position,n\nx,1\n", "avg.position text, n integer\n'x' | 1"},
		{"JSON", "a.json", `[{"d": "a.com", "n": 1, "ok": true}, {"n": 2, "more": {"x": [1, 2]}, "ok": false, "d": null}]`, "d text, n integer, ok integer, more text\n'a.com' | 1 | 1 | null\nnull | 2 | 0 | '{\"x\":[1,2]}'"},
		{"JSON without an ending", "list", `["a.com", "b.com"]`, "value text\n'a.com'\n'b.com'"},
		{"JSON of lists", "a.json", `[["a.com", 1], ["b.com", 2.5]]`, "column1 text, column2 real\n'a.com' | 1\n'b.com' | 2.5"},
		{"a negative zero of JSON", "a.json", `[{"z": -0}]`, "z text\n'-0'"},
		{"a list with the ending of lines", "a.ndjson", `[{"d": "x"}, {"d": "y"}]`, "d text\n'x'\n'y'"},
		{"lists on lines", "a.ndjson", "[1, \"x\"]\n[2, \"y\"]\n", "column1 integer, column2 text\n1 | 'x'\n2 | 'y'"},
		{"a name that another one would get", "a.csv", "n,n,n_2\n1,2,3\n", "n integer, n_3 integer, n_2 integer\n1 | 2 | 3"},
		{"infinite numbers of JSON", "a.json", `[{"v": 1e999}, {"v": -1e999}, {"v": 1.5}]`, "v real\n+Inf\n-Inf\n1.5"},
		{"numbers of JSON", "a.json", `[{"big": 12345678901234567890, "r": 1e2, "s": 0.30000000000000004, "long": 0.12345678901234567890123, "text": "007"}]`, "big text, r real, s real, long text, text text\n'12345678901234567890' | 100 | 0.30000000000000004 | '0.12345678901234567890123' | '007'"},
		{"mixed values of JSON", "a.json", `[{"v": 1}, {"v": "x"}, {"v": true}, {"v": 1.50}]`, "v text\n'1'\n'x'\n'true'\n'1.50'"},
		{"NDJSON", "a.ndjson", "{\"d\":\"a.com\"}\n\n{\"d\":\"b.com\",\"n\":3}\n", "d text, n integer\n'a.com' | null\n'b.com' | 3"},
		{"an empty list", "a.json", `[{"d": "x"}, {}]`, "d text\n'x'\nnull"},
	} {
		t.Run(x.name, func(t *testing.T) {
			s, rows, err := read(t, x.file, x.content, input.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if got := shown(s, rows); got != x.want {
				t.Errorf("got\n%s\nwant\n%s", got, x.want)
			}
		})
	}
}

// Titles are found where the header is: who says what the first row is says that there are none.
func TestTitlesAreNotFoundWhereTheHeaderIsTold(t *testing.T) {
	const content = "About,\nsite,links\na.com,7\n"
	for header, want := range map[input.Header]string{
		input.FindHeader: "site text, links integer\n'a.com' | 7",
		input.NoHeader:   "column1 text, column2 text\n'About' | null\n'site' | 'links'\n'a.com' | '7'",
		input.HasHeader:  "About text, column2 text\n'site' | 'links'\n'a.com' | '7'",
	} {
		s, rows, err := read(t, "a.csv", content, input.Options{Header: header})
		if err != nil || shown(s, rows) != want || (s.Titles == 1) != (header == input.FindHeader) {
			t.Errorf("%d: %s %v", header, shown(s, rows), err)
		}
	}
}

func TestAHeaderThatIsTold(t *testing.T) {
	const content = "a.com\nb.com\n"
	s, rows, err := read(t, "a.csv", content, input.Options{Header: input.HasHeader})
	if err != nil || shown(s, rows) != "a.com text\n'b.com'" {
		t.Errorf("%v %v", shown(s, rows), err)
	}
	s, rows, err = read(t, "a.csv", "name,n\nx,1\n", input.Options{Header: input.NoHeader})
	if err != nil || shown(s, rows) != "column1 text, column2 text\n'name' | 'n'\n'x' | '1'" {
		t.Errorf("%v %v", shown(s, rows), err)
	}
}

// packed is a text that is compressed by gzip.
func packed(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(text)) //nolint:errcheck // in memory
	w.Close()             //nolint:errcheck
	return b.String()
}

// archive is a zip of files with nothing in them.
func archive(names ...string) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range names {
		w.Create(name) //nolint:errcheck // in memory
	}
	w.Close() //nolint:errcheck
	return b.String()
}

func TestWhatIsCompressedIsUnpacked(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	for name, content := range map[string]string{"a.csv.gz": "d,n\na.com,7\n", "a.tsv.GZ": "d\tn\na.com\t7\n", "a.json.gz": `[{"d": "a.com", "n": 7}]`, "a.ndjson.gz": `{"d": "a.com", "n": 7}`, "a": "d;n\na.com;7"} {
		s, rows, err := read(t, name, packed(content), input.Options{})
		if err != nil || shown(s, rows) != "d text, n integer\n'a.com' | 7" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if left, _ := os.ReadDir(os.Getenv("TMPDIR")); len(left) > 0 {
		t.Errorf("%s stays", left[0].Name())
	}
}

func TestWhatIsWrongWithAFile(t *testing.T) {
	for _, x := range []struct{ name, content, want string }{
		{"a.csv", "", "a.csv: it is empty"},
		{"a.csv", "\n\n", "a.csv: it has no columns: there is nothing in it"},
		{"a.csv", "a,b\n1,2\n3,4,5\n", "a.csv: line 3 has 3 cells, the rows before it have 2 at most: a cell that has the delimiter in it stands in quotes"},
		{"a.csv", "a,b\n\"1\n\",2\n3,4,5\n", "a.csv: line 4 has 3 cells"},
		{"a.csv", "a,b\n1,2\n\"5\" pipe,4\n", "a.csv: line 3: something follows the quotes of a cell (the row begins on line 3)"},
		{"a.csv", "a,b\n1,\"2\n\n3\" 4\n", "a.csv: line 4: something follows the quotes of a cell (the row begins on line 2)"},
		{"a.csv", "\"a\"x,b\n1,2\n", "a.csv: line 1: something follows the quotes of a cell"},
		{"a.csv", "a,b\n1,2\n\"x,4\n", "a.csv: line 3: the quotes of a cell in the row that begins here do not end"},
		{"a.csv", "sep=,\na,b\n1,2\n3,4,5\n", "a.csv: line 4 has 3 cells"},
		{"a.csv", "имя,n\nпривет,1\nэто \xff,2\n", "a.csv: line 3 has a byte that is not utf-8 (0xFF)"},
		{"a.tsv", "a\tb\n\n5\"\t\"x\n1\t2\t3\n", "a.tsv: line 4 has 3 cells"},
		{"a.csv.gz", "\x1f\x8b\x08", "a.csv.gz: it cannot be unpacked by gzip: unexpected EOF"},
		{"a.csv.gz", packed("a,b\n1,2\n")[:30], "a.csv.gz: it cannot be unpacked by gzip: unexpected EOF"},
		{"a.csv.gz", packed(""), "a.csv.gz: it is empty"},
		{"a.xls", "\ufeff\n<html xmlns:x=\"x\"><table>", "a.xls: it is HTML or XML, as some export it for Excel"},
		{"a.xls", "<?xml version=\"1.0\"?><Workbook>", "a.xls: it is HTML or XML"},
		{"a.zip", archive("Queries.csv", "Pages.csv"), "a.zip: it is an archive (of Queries.csv, Pages.csv), and no workbook: unpack it"},
		{"a.csv", "\xd0\xcf\x11\xe0\xa1\xb1", "a.csv: it is an old workbook (.xls)"},
		{"a.xlsx", "domain\n", "a.xlsx: it is no xlsx file"},
		{"a.parquet", "domain\n", "a.parquet: it is no parquet file"},
		{"a.parquet", "PAR1 and no more", "a.parquet: it cannot be read: "},
		{"a.xlsx", "PK\x03\x04 and no more", "a.xlsx: it cannot be read: "},
		{"a.json", `[{"a": 1}, {"a": `, "a.json: the file ends inside of row 2"},
		{"a.json", "[{\"a\": 1},\n{\"a\": x}]", "a.json: it is no JSON near line 2, in row 2: invalid character 'x'"},
		{"a.ndjson", "{\"a\": 1}\n\n{\"a\": 1,\n b}", "a.ndjson: it is no JSON near line 4, in row 2: invalid character 'b'"},
		{"a.json", `[{"a": 1}] {"a": 2}`, "a.json: something follows the list of rows"},
		{"a.ndjson", "{\"a\": 1}\n{\"a\": 1", "a.ndjson: the file ends inside of row 2"},
		{"a.json", "[]", "a.json: it has no columns"},
		{"a.csv", strings.Repeat("x,", 2000) + "x\n", "a.csv: it has more than 2000 columns"},
	} {
		_, _, err := read(t, x.name, x.content, input.Options{})
		if err == nil || !strings.HasPrefix(err.Error(), x.want) {
			t.Errorf("%q: %v, want %s", x.content[:min(len(x.content), 40)], err, x.want)
		}
	}
}

// A pipe is read once; its rows are there all the same, and nothing stays of what it was copied to.
func TestAPipeIsReadAsAFile(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		fmt.Fprint(w, "domain,n\na.com,1\n")
		w.Close()
	}()
	s, err := input.Open(context.Background(), "standard input", r, input.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]any
	err = s.Each(context.Background(), func(values []any) error { rows = append(rows, append([]any{}, values...)); return nil })
	if got := shown(s, rows); err != nil || got != "domain text, n integer\n'a.com' | 1" {
		t.Errorf("%s %v", got, err)
	}
	s.Close()
	if left, _ := os.ReadDir(os.Getenv("TMPDIR")); len(left) > 0 {
		t.Errorf("%s stays", left[0].Name())
	}
}

func TestReadingEndsWithItsContext(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.csv")
	if err := os.WriteFile(file, []byte("n\n"+strings.Repeat("1\n", 1<<17)), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s, err := input.Open(context.Background(), "a.csv", f, input.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx, cancel := context.WithCancel(context.Background())
	seen := 0
	err = s.Each(ctx, func([]any) error {
		seen++
		cancel()
		return nil
	})
	if !errors.Is(err, context.Canceled) || seen > 1<<10 {
		t.Errorf("%v after %d rows", err, seen)
	}
	for _, name := range []string{"a.csv", "testdata/small.xlsx", "testdata/small.parquet"} {
		from := f
		if name != "a.csv" {
			if from, err = os.Open(name); err != nil {
				t.Fatal(err)
			}
			defer from.Close()
		}
		if _, err := input.Open(ctx, name, from, input.Options{}); !errors.Is(err, context.Canceled) {
			t.Errorf("%s is opened for nobody: %v", name, err)
		}
	}
}

// A sample that ends within a cell is no sign of quotes without a meaning.
func TestACellAcrossTheSamplesEnd(t *testing.T) {
	long := strings.Repeat("line\n", 1<<16)
	s, rows, err := read(t, "a.tsv", "a\tb\nx\t1\ny\t2\n\""+long+"\"\t3\n", input.Options{})
	if err != nil || len(rows) != 3 || rows[2][0] != long || s.Columns[1].Type != input.Whole {
		t.Errorf("%d rows: %v", len(rows), err)
	}
}

// A column of numbers that is text by how they are written, or by a few values that are none, is told from one of words
// and codes.
func TestNumbersThatStayText(t *testing.T) {
	for _, x := range []struct {
		values string
		want   input.WrittenNumbers
	}{
		{"1.50;2", input.WrittenNumbers{Example: "1.50"}},
		{"1,500;2,5", input.WrittenNumbers{Example: "2,5", Comma: true}},
		{"007;12", input.WrittenNumbers{}},
		{"1.50;x", input.WrittenNumbers{}},
		{"7;8", input.WrittenNumbers{}},
		{"2024-06-30;2024-07-01", input.WrittenNumbers{}},
		{"1 200;800", input.WrittenNumbers{Example: "1 200", Extra: " "}},
		{"1,200;7", input.WrittenNumbers{Example: "1,200", Extra: ","}},
		{"1,200.50;7", input.WrittenNumbers{Example: "1,200.50", Extra: ","}},
		{"1 200,50;7", input.WrittenNumbers{Example: "1 200,50", Extra: " ", Comma: true}},
		{"1.234,56;2.000,00", input.WrittenNumbers{Example: "1.234,56", Extra: ".", Comma: true}},
		{"1\u202f234\u00a0€;7", input.WrittenNumbers{Example: "1\u202f234\u00a0€", Extra: "\u202f"}},
		{"-1.50;-0", input.WrittenNumbers{Example: "-1.50"}},
		{"5%;11.1%;0%", input.WrittenNumbers{Example: "5%"}},
		{"$5;€7.50", input.WrittenNumbers{Example: "$5", Extra: "$€"}},
		{"5;N/A;7", input.WrittenNumbers{Other: "N/A"}},
		{"5;-;7,5", input.WrittenNumbers{Other: "-", Example: "7,5", Comma: true}},
		{"5;A45;7", input.WrittenNumbers{}},
		{"5;N/A;none;-;7", input.WrittenNumbers{}},
		{"1.2.3.4;5;7", input.WrittenNumbers{}},
		{"Ann;Bob", input.WrittenNumbers{}},
	} {
		content := "name;v\n"
		for v := range strings.SplitSeq(x.values, ";") {
			content += "x;" + v + "\n"
		}
		s, _, err := read(t, "a.csv", content, input.Options{Header: input.HasHeader})
		if err != nil || s.Columns[1].Written != x.want {
			t.Errorf("of %s it notices %+v, want %+v: %v", x.values, s.Columns[1].Written, x.want, err)
		}
	}
	s, _, err := read(t, "a.json", `[{"id": "7", "v": 1}, {"id": "8", "v": 2}, {"id": "9", "v": "none"}]`, input.Options{})
	if err != nil || s.Columns[0].Written != (input.WrittenNumbers{}) || s.Columns[1].Written != (input.WrittenNumbers{Other: "none"}) {
		t.Errorf("of JSON it notices %+v: %v", s.Columns, err)
	}
}

func TestNamesOfTables(t *testing.T) {
	for base, want := range map[string]string{"sites-2024": "sites_2024", "2024 list": "t_2024_list", "сайты": "сайты", "a.b": "a_b", "--": "import", " x ": "x", "и\u0306": "й"} {
		if got := input.Identifier(base); got != want {
			t.Errorf("%q is %q, want %q", base, got, want)
		}
	}
}
