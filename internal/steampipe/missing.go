package steampipe

import (
	"fmt"
	"slices"

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
