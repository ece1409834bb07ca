package sqlcli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
	"github.com/turbot/steampipe-plugin-serpstat/internal/execute"
	"github.com/turbot/steampipe-plugin-serpstat/internal/sqlengine"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
	"github.com/turbot/steampipe-plugin-serpstat/serpstat"
)

// explainOne prints what a statement would ask of the API. The statement runs on scans without rows. Of a run it runs on a
// copy of the database, and a later one may read what it makes; in a shell it is undone.
func (x *execution) explainOne(ctx context.Context, statement string) error {
	x.plans = nil
	ctx = serpstat.Explain(ctx, x.flags.estimate, func(p execute.ScanPlan) { x.plans = append(x.plans, p) })
	if firstWord(statement) == "vacuum" || x.talks && (isTransaction(statement) || standsOutside(statement)) { // reads no table, and may write a file
		return x.writePlans(statement, 0)
	}
	reads, err := x.reads(ctx, statement)
	if err != nil {
		return err
	}
	if x.talks {
		err = x.engine.Explain(ctx, statement, x.args...)
	} else {
		err = x.exec(ctx, statement, x.args...)
	}
	if err != nil {
		return x.explainError(statement, err)
	}
	return x.writePlans(statement, reads)
}

// writePlans prints a statement's scans.
func (x *execution) writePlans(statement string, reads int) error {
	first, _, more := strings.Cut(statement, "\n")
	if more {
		first += " …"
	}
	fmt.Fprintf(x.out, "-- %s\n", first)
	tables, sorted := map[string]bool{}, map[string]bool{}
	for _, p := range x.plans {
		fmt.Fprint(x.out, x.called(fmt.Sprint(p)))
		if !tables[p.Table] {
			for _, note := range hiddenColumns(statement, p.Table) {
				fmt.Fprintln(x.out, "  note         "+note)
			}
		}
		tables[p.Table] = true
		if note := apiSort(sqlengine.WithNumbers(statement, x.args), p.Table); note != "" && p.Limit < 0 && !sorted[p.Table] {
			sorted[p.Table] = true
			fmt.Fprintln(x.out, "  note         "+note)
		}
	}
	unread := len(x.plans) > 0 && len(tables) < reads && reads > 1
	x.bill.add(x.plans, unread)
	switch {
	case reads == 0:
		fmt.Fprintln(x.out, "  asks nothing of the API")
	case len(x.plans) == 0:
		fmt.Fprintln(x.out, "  asks nothing of the API: no row can match")
	case unread:
		fmt.Fprintf(x.out, "  note         the statement reads tables in %d places: this is the first one's cost alone; what the others ask depends on its rows, or is asked when a row comes, and may overlap; a table is bought once where it is read through a materialized CTE\n", reads)
	}
	fmt.Fprintln(x.out)
	return x.out.Flush()
}

// bill is what a script's scans cost at most, together.
type bill struct {
	scans   int
	credits int64
	open    bool // some can cost more, by what the others bring
}

func (b *bill) add(plans []execute.ScanPlan, moreFollow bool) {
	b.open = b.open || moreFollow
	for _, p := range plans {
		b.scans++
		if b.credits += max(p.MaxCredits, 0); p.MaxCredits < 0 {
			b.open = true
		}
	}
}

// writeBill prints what the whole script costs at most, where that is not what its one scan does.
func (x *execution) writeBill() error {
	most := "at most " + table.Credits(x.bill.credits)
	switch {
	case x.bill.scans < 2:
		return nil
	case x.bill.open && x.bill.credits == 0:
		most = "not known, as above"
	case x.bill.open:
		most += ", and what is not known above"
	}
	fmt.Fprintf(x.out, "-- all of it\n  cost         %s\n", most)
	return x.out.Flush()
}

var endsInOrder = regexp.MustCompile(`(?is)\border\s+by\s+(?:\w+\s*\.\s*)?(\w+)(?:\s+(asc|desc))?\s+limit\s+(\d+)[\s;]*$`)

// apiSort says what a statement's ORDER BY and LIMIT would cost by a sort of the API's that goes by perhaps the same as a
// table's column; "" where there is none.
func apiSort(statement, name string) string {
	t, m := catalog.Of(name), endsInOrder.FindStringSubmatch(statement)
	if t == nil || m == nil {
		return ""
	}
	i := t.FieldOf(strings.ToLower(m[1]))
	if i < 0 || t.Fields[i].Sort != "" {
		return ""
	}
	word := t.Fields[i].Filter.Field
	if !slices.Contains(t.Sort.Words, word) {
		return ""
	}
	direction := "asc"
	if strings.EqualFold(m[2], "desc") {
		direction = "desc"
	}
	return fmt.Sprintf("order by %[1]s reads all rows, since no sort of the API is known to be that of %[1]s; the first %[2]s of its sort %[3]s, whose order may be another, cost %[2]s rows: with t as materialized (select * from %[4]s where … and sort_by = '%[3]s' and sort_order = '%[5]s' limit %[2]s) select * from t order by %[1]s %[5]s",
		t.Fields[i].Column, m[3], word, name, direction)
}

// reads counts the places of a statement's plan that read a table of the plugin.
func (x *execution) reads(ctx context.Context, statement string) (int, error) {
	if word := firstWord(statement); word == "explain" || word == "pragma" {
		return 0, nil
	}
	n, err := x.engine.Reads(ctx, statement, x.args...)
	return n, x.explainError(statement, err)
}

// copyDatabase copies a database file, so that nothing is written to it. What SQLite keeps beside the file belongs to it:
// opened without it, the copy would lack what was written last. No file is no copy.
func copyDatabase(file string) (copied string, remove func(), err error) {
	if _, err := os.Stat(file); file == "" || errors.Is(err, fs.ErrNotExist) {
		return "", func() {}, nil
	}
	dir, err := os.MkdirTemp("", "serpstat-sql")
	if err != nil {
		return "", func() {}, err
	}
	temporaries.add(dir)
	remove = func() { temporaries.remove(dir) }
	copied = filepath.Join(dir, filepath.Base(file))
	for _, beside := range []string{"", "-wal", "-journal"} {
		err := copyFile(copied+beside, file+beside)
		if err != nil && (beside == "" || !errors.Is(err, fs.ErrNotExist)) {
			return "", remove, usageError{err}
		}
	}
	return copied, remove, nil
}

func copyFile(to, from string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(target, source)
	return errors.Join(err, target.Close())
}
