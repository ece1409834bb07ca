package plan

import (
	"slices"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// What is listed as reaching the API (--tables, the docs) is what is sent, for each column of each table.
func TestWhatIsListedAsPushedIsPushed(t *testing.T) {
	for _, of := range catalog.Tables() {
		columns := slices.Clone(of.Fields)
		for _, d := range of.Derived {
			columns = append(columns, table.Field{Column: d.Column, Kind: table.Text})
		}
		for _, f := range columns {
			derived := of.DerivedOf(f.Column)
			var value Value
			switch f.Kind {
			case table.Count, table.Change:
				value = int64(7)
			case table.Words, table.Decimal:
				value = "windows"
				for word := range f.Filter.Codes {
					value = word
				}
			case table.Time:
				value = time.Date(2024, 12, 8, 0, 0, 0, 0, time.UTC)
			default:
				if value = "https://a.com/7"; len(f.Filter.Words) > 0 {
					value = f.Filter.Words[0]
				} else if derived >= 0 {
					value = "7.com"
				}
			}
			clause := func(op Operator, v Value) Qual { return Qual{Column: f.Column, Operator: op, Values: []Value{v}} }
			for dialect, engine := range map[table.Dialect]Engine{table.PostgreSQL: PostgreSQL, table.SQLite: SQLite} {
				if derived >= 0 && dialect == table.PostgreSQL {
					continue // which is not told of them
				}
				exact, inexact := f.Pushes(dialect)
				if derived >= 0 {
					inexact = of.Derived[derived].Pushes(of, dialect)
				}
				clauses := map[string]Qual{"=": clause(Equal, value), "<": clause(Less, value), "<=": clause(LessOrEqual, value), ">": clause(Greater, value), ">=": clause(GreaterOrEqual, value)}
				if f.Kind == table.Words {
					if clauses = map[string]Qual{}; dialect == table.PostgreSQL { // SQLite has no such operator
						clauses["?"] = clause(Has, value)
					}
				} else if text, ok := value.(string); ok {
					clauses["like"], clauses["ilike"], clauses["not like"], clauses["not ilike"] = clause(Like, text+"%"), clause(ILike, "%7%"), clause(NotLike, "%7%"), clause(NotILike, "%7%")
					if dialect == table.SQLite {
						clauses["glob"], clauses["like"] = clauses["like"], clauses["ilike"]
						delete(clauses, "ilike")
						delete(clauses, "not like") // of which SQLite tells nothing
						delete(clauses, "not ilike")
					}
				}
				for name, q := range clauses {
					p, err := New(Input{Table: of, Engine: engine, Limit: -1, Quals: append(about(of, "a.com"), q)})
					if err != nil {
						t.Fatal(err)
					}
					if len(p.Sources) == 0 {
						continue // no value is less than the column's least
					}
					want := Unsupported
					if slices.Contains(inexact, name) {
						want = Inexact
					}
					if slices.Contains(exact, name) {
						want = Exact
					}
					if got := p.Sources[0].Decisions[0].Pushed; got != want {
						t.Errorf("%s in dialect %d is listed as %s and is %s", q, dialect, want, got)
					}
				}
			}
		}
	}
}
