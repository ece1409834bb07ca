package shell

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/turbot/steampipe-plugin-serpstat/internal/sqlengine"
)

// Names are what there is to name.
type Names interface {
	Tables() []string // and views
	Columns(table string) []string
	Words(table, column string) []string // that the column's text is one of; nil is any
	Functions() []string
	Formats() []string
	Parameters() []string
}

// keywords are those that statements are made of; not all of SQLite's, of which most stand in few.
var keywords = strings.Fields(`all alter and as asc attach begin between by case cast collate commit create cross delete desc detach
	distinct drop else end escape except exists explain filter from glob group having if in index inner insert intersect into is
	join left like limit materialized not null nulls offset on or order outer over partition pragma primary recursive regexp replace
	returning rollback row rows select set table temp then trigger union unique update using vacuum values view when where window with`)

// beginnings are those that a statement begins with.
var beginnings = strings.Fields(`alter attach begin commit create delete detach drop explain insert pragma reindex replace rollback select update vacuum values with`)

// completion is what may stand at a place: all begins with the prefix that is there.
type completion struct {
	prefix     string
	candidates []candidate
}

type candidate struct{ text, after string } // after is what follows it, if it is the only one

// complete says what may stand at the cursor. before are the lines of the statement above, line the one that is typed, up
// to the cursor, and rest what is behind it.
func complete(n Names, before, line, rest string) completion {
	if before == "" && strings.HasPrefix(strings.TrimLeft(line, " \t"), ".") {
		return completeCommand(n, strings.TrimLeft(line, " \t"), rest)
	}
	return completeSQL(n, before+line, rest)
}

func completeCommand(n Names, line, rest string) completion {
	end := strings.IndexAny(line, " \t")
	if end < 0 {
		return filtered(line, candidates(names(), " "))
	}
	c, err := Named(line[:end])
	if err != nil {
		return completion{}
	}
	behind := strings.TrimLeft(line[end:], " \t")
	word := behind[strings.LastIndexAny(behind, " \t")+1:]
	first := len(word) == len(behind)
	switch {
	case c.Name == ".budget" && first:
		return filtered(word, candidates([]string{"off"}, ""))
	case c.Argument == Parameter && strings.EqualFold(strings.TrimSpace(strings.TrimSuffix(behind, word)), "unset"):
		return filtered(word, candidates(n.Parameters(), ""))
	case c.Argument == SQL:
		return completeSQL(n, behind, rest)
	case c.Argument == File && (first || strings.IndexAny(behind[:1], `'"`) == 0):
		return completeFile(behind)
	case !first:
		return completion{}
	case c.Argument == Table:
		return filtered(word, candidates(n.Tables(), ""))
	case c.Argument == Format:
		return filtered(word, candidates(n.Formats(), ""))
	case c.Argument == Switch:
		return filtered(word, candidates([]string{"on", "off"}, ""))
	case c.Argument == Parameter:
		return filtered(word, candidates(append(n.Parameters(), "unset"), " "))
	case c.Argument == Command:
		return filtered(word, candidates(names(), ""))
	}
	return completion{}
}

// completeFile says which files a name may be that of. A quote may stand before it.
func completeFile(typed string) completion {
	name, quote := typed, ""
	if strings.HasPrefix(typed, "'") || strings.HasPrefix(typed, `"`) {
		name, quote = typed[1:], typed[:1]
	}
	shown := name
	if home, err := os.UserHomeDir(); err == nil && strings.HasPrefix(name, "~/") {
		shown = home + name[1:]
	}
	dir, _ := filepath.Split(shown)
	typedDir, base := filepath.Split(name)
	entries, err := os.ReadDir(filepath.Join(dir, "."))
	if err != nil {
		return completion{}
	}
	var list []candidate
	for _, e := range entries {
		hidden := strings.HasPrefix(e.Name(), ".") && !strings.HasPrefix(base, ".")
		if !strings.HasPrefix(e.Name(), base) || hidden || quote == "" && strings.ContainsAny(e.Name(), " \t") {
			continue
		}
		c := candidate{text: quote + typedDir + e.Name(), after: quote}
		if info, err := os.Stat(filepath.Join(dir, e.Name())); err == nil && info.IsDir() {
			c = candidate{text: c.text + string(filepath.Separator)}
		}
		list = append(list, c)
	}
	return completion{typed, list}
}

func completeSQL(n Names, before, rest string) completion {
	word := lastWord(before)
	above := before[:len(before)-len(word)]
	switch inside(before) {
	case nothing:
	case name:
		return completeQuoted(n, before, rest)
	case value:
		return completeValue(n, before, rest)
	default:
		return completion{}
	}
	tokens := sqlengine.Tokens(above)
	if sign, _ := utf8.DecodeLastRuneInString(above); sign == ':' || sign == '@' || sign == '$' {
		return filtered(word, candidates(n.Parameters(), ""))
	}
	all := sqlengine.Tokens(above + " " + rest)
	sources := sourcesOf(all, n.Tables())
	if last := len(tokens) - 1; last > 0 && tokens[last].Is(".") && strings.HasSuffix(above, ".") {
		return filtered(word, candidates(plain(sources.columnsOf(n, tokens[last-1].Text)), ""))
	}
	if namesTable(tokens) {
		return filtered(word, append(candidates(plain(n.Tables()), " "), candidates(sources.own, " ")...))
	}
	if words := sources.wordsOf(n, tokens); len(words) > 0 && word == "" {
		return filtered("", candidates(words, ""))
	}
	if next := following(tokens); next != nil {
		return filtered(word, candidates(next, " "))
	}
	var list []candidate
	if len(tokens) > 0 { // else it is the beginning of a statement
		list = candidates(plain(sources.columns(n, word != "")), "")
		list = append(list, candidates(sources.aliases(), "")...)
		if word != "" {
			list = append(list, candidates(n.Functions(), "(")...)
			list = append(list, candidates(plain(sources.tables()), "")...)
		}
	}
	switch {
	case len(tokens) == 0:
		list = candidates(beginnings, " ")
	case word != "" || len(list) == 0:
		list = append(list, candidates(keywords, " ")...)
	}
	return filtered(word, list)
}

// completeQuoted completes a name in double quotes.
func completeQuoted(n Names, before, rest string) completion {
	at := strings.LastIndexByte(before, '"')
	if at < 0 {
		return completion{}
	}
	sources := sourcesOf(sqlengine.Tokens(before[:at]+" "+strings.TrimPrefix(rest, `"`)), n.Tables())
	list := sources.columns(n, true)
	if namesTable(sqlengine.Tokens(before[:at])) {
		list = n.Tables()
	}
	return filtered(before[at+1:], candidates(list, `"`))
}

// completeValue completes a text in quotes that is compared with a column.
func completeValue(n Names, before, rest string) completion {
	at := strings.LastIndexByte(before, '\'')
	tokens := sqlengine.Tokens(before[:at])
	all := sqlengine.Tokens(before[:at] + " " + strings.TrimPrefix(rest, "'"))
	return filtered(before[at:], candidates(sourcesOf(all, n.Tables()).wordsOf(n, tokens), ""))
}

// wordsOf are the texts, in quotes, that a column is compared with which the tokens end with a comparison of.
func (s sources) wordsOf(n Names, tokens []sqlengine.Token) (list []string) {
	at := len(tokens) - 1
	for at >= 1 && (tokens[at].Is(",") || tokens[at].Kind == sqlengine.String) { // of in ('…', '…'
		at--
	}
	switch {
	case at >= 2 && tokens[at].Is("(") && tokens[at-1].Is("in"):
		if at -= 2; at > 0 && tokens[at].Is("not") {
			at--
		}
	case at >= 1 && at == len(tokens)-1 && slices.ContainsFunc([]string{"=", "==", "<>", "!=", "is"}, tokens[at].Is):
		at--
	default:
		return nil
	}
	tables := s.tables()
	if at > 1 && tokens[at-1].Is(".") {
		tables = []string{s.called(tokens[at-2].Text)}
	}
	for _, t := range tables {
		for _, word := range n.Words(t, strings.ToLower(tokens[at].Text)) {
			list = append(list, sqlengine.Literal(word))
		}
	}
	return list
}

// behindOperand are the words that may follow what is a value, or a table that is read.
var behindOperand = strings.Fields(`and as asc between collate cross desc escape except from glob group having in inner intersect into is
	join left like limit not nulls offset on or order outer over regexp returning select set union using values where window`)

// following are the words that alone may follow tokens: of SQL's, since they end with what is whole. Nil is anything.
func following(tokens []sqlengine.Token) []string {
	last := len(tokens) - 1
	if last < 0 {
		return nil
	}
	t := tokens[last]
	switch {
	case t.Is("group"), t.Is("order"), t.Is("partition"):
		return []string{"by"}
	case t.Is("*"):
		if last == 0 || !tokens[last-1].Is("select") && !tokens[last-1].Is("distinct") && !tokens[last-1].Is(",") && !tokens[last-1].Is(".") {
			return nil // it multiplies
		}
	case t.Kind == sqlengine.Word && slices.Contains(keywords, t.Text) && !t.Is("null") && !t.Is("end"):
		return nil
	case t.Kind == sqlengine.Symbol && !t.Is(")"):
		return nil
	}
	open := 0
	for _, t := range tokens {
		switch {
		case t.Is("case"):
			open++
		case t.Is("end"):
			open--
		}
	}
	if open > 0 {
		return append([]string{"when", "then", "else", "end"}, behindOperand...)
	}
	return behindOperand
}

// lastWord is the name or word that a text ends with.
func lastWord(text string) string {
	begin := len(text)
	for begin > 0 {
		r, size := utf8.DecodeLastRuneInString(text[:begin])
		if !isWord(r) {
			break
		}
		begin -= size
	}
	return text[begin:]
}

func isWord(r rune) bool {
	return r == '_' || r >= utf8.RuneSelf || r >= '0' && r <= '9' || r|0x20 >= 'a' && r|0x20 <= 'z'
}

// place is what the end of a text is in.
type place int

const (
	nothing place = iota
	name          // in double quotes
	value         // a text
	other         // a comment, or a name in other signs
)

// inside tells what the end of a text is in: what is written there is a token of its own, or becomes part of another one.
func inside(text string) place {
	const mark = "mark"
	tokens := sqlengine.Tokens(text + " " + mark)
	if len(tokens) == 0 {
		return other
	}
	switch last := tokens[len(tokens)-1]; {
	case last.Kind == sqlengine.Word && last.Text == mark:
		return nothing
	case last.Kind == sqlengine.Name && strings.HasSuffix(last.Text, mark):
		return name
	case last.Kind == sqlengine.String && strings.HasSuffix(last.Text, mark):
		return value
	}
	return other
}

// beforeTable are the words behind which a table is named.
var beforeTable = []string{"from", "join", "into", "update", "table"}

// namesTable reports that a table is named behind tokens.
func namesTable(tokens []sqlengine.Token) bool {
	for i, t := range slices.Backward(tokens) {
		switch {
		case i == len(tokens)-1 && t.Kind == sqlengine.Word:
			return slices.Contains(beforeTable, t.Text)
		case i == len(tokens)-1 && !t.Is(","):
			return false
		case t.Is("from"):
			return true // from a, b
		case t.Is(",") || t.Kind == sqlengine.Name || t.Kind == sqlengine.Word && !slices.Contains(keywords, t.Text) || t.Is("as"):
		default:
			return false
		}
	}
	return false
}

// source is what a statement reads.
type source struct{ table, alias string }

type sources struct {
	list []source
	own  []string // names that the statement itself gives to what it reads: with x as (…)
}

// sourcesOf finds the tables that a statement names.
func sourcesOf(tokens []sqlengine.Token, known []string) (s sources) {
	isName := func(i int) bool {
		return i < len(tokens) && (tokens[i].Kind == sqlengine.Name || tokens[i].Kind == sqlengine.Word && !slices.Contains(keywords, tokens[i].Text))
	}
	for i, t := range tokens {
		if isName(i) && i+2 < len(tokens) && tokens[i+1].Is("as") && (tokens[i+2].Is("(") || tokens[i+2].Is("materialized") || tokens[i+2].Is("not")) {
			s.own = append(s.own, t.Text)
		}
		if !slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, t.Text) }) || !isName(i) {
			continue
		}
		found := source{table: t.Text}
		next := i + 1
		if next < len(tokens) && tokens[next].Is("as") {
			next++
		}
		if isName(next) {
			found.alias = tokens[next].Text
		}
		s.list = append(s.list, found)
	}
	return s
}

// columnsOf are the columns of what has a name in the statement.
func (s sources) columnsOf(n Names, name string) []string { return n.Columns(s.called(name)) }

// called is the table that has a name in the statement.
func (s sources) called(name string) string {
	for _, t := range s.list {
		if strings.EqualFold(t.alias, name) {
			return t.table
		}
	}
	return name
}

// columns are those of the tables that are named, or, where none is yet, those of all.
func (s sources) columns(n Names, orAll bool) (list []string) {
	tables := s.tables()
	if len(tables) == 0 && orAll {
		tables = n.Tables()
	}
	for _, t := range tables {
		list = append(list, n.Columns(t)...)
	}
	return list
}

func (s sources) tables() (list []string) {
	for _, t := range s.list {
		list = append(list, t.table)
	}
	return list
}

func (s sources) aliases() (list []string) {
	for _, t := range s.list {
		if t.alias != "" {
			list = append(list, t.alias)
		}
	}
	return list
}

// plain are the names that stand in a statement without quotes.
func plain(list []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(name string) bool {
		return name == "" || name[0] >= '0' && name[0] <= '9' || strings.IndexFunc(name, func(r rune) bool { return !isWord(r) }) >= 0 || slices.Contains(keywords, strings.ToLower(name))
	})
}

func candidates(texts []string, after string) []candidate {
	list := make([]candidate, len(texts))
	for i, t := range texts {
		list[i] = candidate{t, after}
	}
	return list
}

// filtered are the candidates that begin with a prefix, each once, in the order of their letters. Capitals are as good as
// small letters.
func filtered(prefix string, list []candidate) completion {
	list = slices.DeleteFunc(list, func(c candidate) bool {
		return len(c.text) < len(prefix) || !strings.EqualFold(c.text[:len(prefix)], prefix)
	})
	slices.SortStableFunc(list, func(a, b candidate) int { return strings.Compare(strings.ToLower(a.text), strings.ToLower(b.text)) })
	list = slices.CompactFunc(list, func(a, b candidate) bool { return strings.EqualFold(a.text, b.text) })
	return completion{prefix, list}
}

// rests are what may follow the prefix that stands at the cursor: the same letters, so that capitals stay what they are.
func (c completion) rests() (list []string) {
	capitals := c.prefix != "" && c.prefix == strings.ToUpper(c.prefix) && c.prefix != strings.ToLower(c.prefix)
	for _, candidate := range c.candidates {
		rest := candidate.text[len(c.prefix):]
		if capitals && slices.Contains(keywords, candidate.text) {
			rest = strings.ToUpper(rest)
		}
		if len(c.candidates) == 1 {
			rest += candidate.after
		}
		list = append(list, rest)
	}
	return list
}
