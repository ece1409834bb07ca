package steampipe

import (
	"fmt"
	"slices"
	"strings"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

// MissingValueError says that a query gives no value for a column that needs one, or that Steampipe has not passed it on.
// The SDK would say so in words of its own ("missing 1 required qual"), and may lose them as any error.
type MissingValueError struct{ Table, Column string }

func (e *MissingValueError) Error() string {
	return fmt.Sprintf("%[1]s needs a value for %[2]s: add where %[2]s = '…'. Steampipe does not pass it on where an OR stands beside it or a function around it or its value, in a RIGHT or FULL JOIN, "+
		"in (%[2]s, …) in (…), at times where another table gives it beside an = on a second column and an ORDER BY or GROUP BY (sort outside: with t as materialized (select … join …) select … from t order by …), and, from the sixth EXECUTE of a prepared statement on, in %[2]s in ($1, $2): there write %[2]s = any ($1); "+
		"else join a CTE in the table's place, with t as materialized (select * from %[1]s where %[2]s = '…')", e.Table, Identifier(e.Column))
}

// reserved are words of SQL that a column can be called only in quotes: those of PostgreSQL and of SQLite's that a
// plugin is likely to use.
var reserved = strings.Fields("all and any array as asc both case cast check collate column constraint create default desc distinct do else end except " +
	"false fetch for foreign from grant group having in index initially intersect into join leading limit natural not null offset on only or order " +
	"placing primary references returning select set some table then to trailing transaction true union unique user using values when where window with")

// Identifier is a column's name as it is written in SQL.
func Identifier(name string) string {
	if slices.Contains(reserved, name) {
		return `"` + name + `"`
	}
	return name
}

// missing returns the error of a request without a value that its table needs.
func (s *Server) missing(req *proto.ExecuteRequest) error {
	table := s.plugin.TableMap[req.Table]
	if table == nil || table.List == nil || table.Get != nil { // a Get function may need another
		return nil
	}
	for _, key := range table.List.KeyColumns {
		if key.Require == plugin.Required && !gives(req, key) {
			return &MissingValueError{Table: req.Table, Column: key.Name}
		}
	}
	return nil
}

func gives(req *proto.ExecuteRequest, key *plugin.KeyColumn) bool {
	return slices.ContainsFunc(req.GetQueryContext().GetQuals()[key.Name].GetQuals(), func(q *proto.Qual) bool {
		return slices.Contains(key.Operators, q.GetStringValue())
	})
}
