package sqlcli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"unicode/utf8"

	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
	"github.com/turbot/steampipe-plugin-serpstat/internal/spelling"
	"github.com/turbot/steampipe-plugin-serpstat/internal/sqlengine"
	"github.com/turbot/steampipe-plugin-serpstat/internal/steampipe"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// usageError is a mistake in the command line or in a file that it names.
type usageError struct{ error }

func usage(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// errPipeClosed says that nobody reads the output any more, as with | head.
var errPipeClosed = errors.New("standard output is closed")

// pipeError tells a closed pipe from other errors: it is how a reader says that it has enough.
func pipeError(ctx context.Context, err error) error {
	if errors.Is(err, syscall.EPIPE) || errors.Is(err, io.ErrClosedPipe) || err != nil && errors.Is(context.Cause(ctx), errPipeClosed) {
		return errPipeClosed
	}
	return err
}

// explainError says SQLite's errors in plainer words.
func (s *session) explainError(statement string, err error) error {
	if err == nil {
		return nil
	}
	if strings.HasPrefix(err.Error(), "no Serpstat API token") || strings.HasPrefix(err.Error(), "the Serpstat API token is empty") {
		if s.talks {
			return fmt.Errorf("%w; leave with Ctrl-D, and serpstat-sql login asks for it and saves it, or serpstat-sql --demo needs none", err)
		}
		return fmt.Errorf("%w; serpstat-sql login saves it, --token-file and --config name another place, and --demo needs none", err)
	}
	if strings.HasPrefix(err.Error(), "datatype mismatch") {
		return fmt.Errorf("datatype mismatch: LIMIT and OFFSET take whole numbers up to %d, and so does an integer primary key", math.MaxInt64)
	}
	message, ours := strings.CutPrefix(err.Error(), "SQL logic error: ")
	if !ours {
		return err
	}
	message = strings.TrimSuffix(message, " (1)")
	if at := strings.IndexAny(statement, curly); at >= 0 {
		quote, _ := utf8.DecodeRuneInString(statement[at:])
		return fmt.Errorf("%s: the statement has the curly quote %c, which is none in SQL: write '…' around texts", message, quote)
	}
	if m := nearWord.FindStringSubmatch(message); m != nil && s.isColumn(m[1]) {
		return fmt.Errorf(`%s: %[2]s is a word of SQL's, and as a column stands in double quotes: "%[2]s"`, message, strings.ToLower(m[1]))
	}
	if hint := foreignHint(statement, message); hint != "" {
		return fmt.Errorf("%s: %s", message, hint)
	}
	return errors.New(message + hintOfParameter(message) + s.hint(statement, message))
}

var nearWord = regexp.MustCompile(`^near "(\w+)": syntax error$`)

// isColumn reports the name of a column of the plugin's tables that SQL has another meaning for.
func (s *session) isColumn(name string) bool {
	name = strings.ToLower(name)
	return steampipe.Identifier(name) != name && slices.ContainsFunc(s.engine.Tables(), func(t *sqlengine.Table) bool {
		return slices.ContainsFunc(t.Columns, func(c sqlengine.Column) bool { return c.Name == name })
	})
}

// hint says what a name that SQLite does not know may be meant for, and where to look.
func (s *session) hint(statement, message string) string {
	kind, name, _ := strings.Cut(message, ": ")
	if kind == "no such function" {
		return s.functionHint(name)
	}
	if kind != "no such table" && kind != "no such column" {
		return ""
	}
	columns := s.ownColumns()
	for _, t := range s.engine.Tables() {
		for _, c := range t.Columns {
			columns[t.Name] = append(columns[t.Name], c.Name)
		}
	}
	short := name[strings.LastIndexByte(name, '.')+1:]
	where := s.called(" (serpstat-sql --tables lists the tables, --tables TABLE its columns)")
	if kind == "no such table" {
		if near := nearestTable(short, slices.Sorted(maps.Keys(columns))); len(near) > 0 {
			return didYouMean(near) + where
		}
		return where
	}
	named, own, others := []string{}, "", []string{} // columns of the tables that the statement names come first
	for _, t := range slices.Sorted(maps.Keys(columns)) {
		if !regexp.MustCompile(`(?i)\b` + regexp.QuoteMeta(t) + `\b`).MatchString(statement) {
			others = append(others, columns[t]...)
			continue
		}
		named = append(named, columns[t]...)
		if catalog.Of(t) == nil && len(columns[t]) > 0 {
			own += fmt.Sprintf(": %s has %s", t, list(first(columns[t], mostColumns)))
		}
	}
	held := slices.ContainsFunc(named, func(c string) bool { return strings.EqualFold(c, short) }) // by another one of them
	if near := calledElsewhere(short, named); len(near) > 0 && !held {
		return didYouMean(near) + where
	}
	onlyOwn := own != "" && !held && !strings.Contains(strings.ToLower(statement), tablePrefix)
	if other := holders(columns, name); len(other) > 0 && !onlyOwn {
		return ": it is a column of " + strings.Join(other, ", ") + where
	}
	if regexp.MustCompile(`=\s*`+regexp.QuoteMeta(name)).MatchString(statement) && strings.Contains(name, ".") {
		return ": a text stands in single quotes, '" + name + "'" + where
	}
	if len(named) > 0 {
		others = nil // a table that the statement does not read is not meant
	}
	if near := nearest(short, named, others); len(near) > 0 {
		return didYouMean(near) + where
	}
	if onlyOwn {
		return own
	}
	return where
}

func didYouMean(near []string) string { return ": did you mean " + strings.Join(near, " or ") + "?" }

// tablePrefix is what the names of the plugin's tables begin with.
const tablePrefix = "serpstat_"

// nearestTable are tables of nearly such a name, also where it lacks the prefix.
func nearestTable(name string, tables []string) []string {
	if near := nearest(name, tables); len(near) > 0 {
		return near
	}
	var short []string
	for _, t := range tables {
		if s, cut := strings.CutPrefix(t, tablePrefix); cut {
			short = append(short, s)
		}
	}
	near := nearest(name, short)
	for i := range near {
		near[i] = tablePrefix + near[i]
	}
	return near
}

// otherNames are names of columns in other tools and tables, each with what may be meant.
var otherNames = map[string][]string{
	"domain": {"query", "domain_from", "domain_to"}, "site": {"query"}, "website": {"query"}, "host": {"host_from", "host_to"},
	"url": {"url_from", "url_to"}, "source": {"url_from"}, "source_url": {"url_from"}, "referring_page": {"url_from"}, "target": {"url_to"}, "target_url": {"url_to"},
	"anchor": {"link_text"}, "anchor_text": {"link_text"}, "rel": {"nofollow"}, "dofollow": {"nofollow"}, "link_nofollow": {"nofollow"}, "type": {"link_type"}, "date": {"first_seen", "last_visited"}, "last_seen": {"last_visited"}, "dr": {"domain_rank"}, "rank": {"domain_rank"}, "sdr": {"domain_rank"},
}

// calledElsewhere are those of the columns that have such a name elsewhere.
func calledElsewhere(name string, columns []string) (meant []string) {
	for _, c := range otherNames[strings.ToLower(name)] {
		if slices.Contains(columns, c) {
			meant = append(meant, c)
		}
	}
	return meant
}

// mostColumns is how many columns are named of a table.
const mostColumns = 12

// first are the first names of a list, and how many others there are.
func first(names []string, most int) []string {
	if more := len(names) - most; more > 0 {
		return append(slices.Clone(names[:most]), table.Amount(int64(more), "other"))
	}
	return names
}

// functionHint says which functions have nearly such a name.
func (s *session) functionHint(name string) string {
	if near := nearest(name, s.functionNames()); len(near) > 0 {
		return didYouMean(near)
	}
	return ""
}

// functionNames are those of SQLite's functions and ours; none where they cannot be read.
func (s *session) functionNames() (names []string) {
	rows, err := s.rowsOf(context.Background(), "select distinct name from pragma_function_list where name regexp '^[a-z][a-z_0-9]*$' order by name")
	if err != nil {
		return nil
	}
	for _, row := range rows {
		names = append(names, row[0].(string))
	}
	return names
}

// mostHolders is how many tables are named that have a column.
const mostHolders = 3

// holders are tables that have a column of just that name.
func holders(columns map[string][]string, name string) []string {
	name = strings.ToLower(name[strings.LastIndexByte(name, '.')+1:])
	var list []string
	for _, t := range slices.Sorted(maps.Keys(columns)) {
		if slices.ContainsFunc(columns[t], func(c string) bool { return strings.ToLower(c) == name }) {
			list = append(list, t)
		}
	}
	return first(list, mostHolders)
}

// nearest are the known names that a slip of the fingers makes the given one of: three letters may be wrong, and of a
// short name a third. They are of the first list that has any. Of those that are as near all are meant: nothing tells
// link_text from links_ext, where link_ext is written.
func nearest(name string, lists ...[]string) (best []string) {
	for _, known := range lists {
		if best = spelling.Nearest(name, min(3, len(name)/3), known); len(best) > 0 {
			break
		}
	}
	return best
}

// keepsNoValue are SQLite's words for a parameter in what a database keeps: a view, a trigger, a constraint.
var keepsNoValue = []string{"parameters are not allowed in", "parameters prohibited in", "cannot use variables"}

// hintOfParameter says what to write in place of a parameter where there can be none.
func hintOfParameter(message string) string {
	if slices.ContainsFunc(keepsNoValue, func(words string) bool { return strings.Contains(message, words) }) {
		return ": what lasts keeps no parameter's value: write the value itself, or make a table of it, create table … as select :name as name, and read that"
	}
	return ""
}
