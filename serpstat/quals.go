package serpstat

import (
	"slices"
	"strings"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
	"github.com/turbot/steampipe-plugin-sdk/v5/query_cache"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/steampipe"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// scanQuals returns the WHERE clauses of a scan, and whether this call is the one that answers it.
//
// Where exactly one clause has a list, the SDK calls the List function once for each element, with that
// clause replaced by "= element" whatever its operator was. The original clauses are in UnsafeQuals of every
// such call; they are used for declared pairs of column and operator.
// The call for the first element answers the whole scan, so that no row comes twice and one order and one
// LIMIT hold; the others return nothing.
func scanQuals(d *plugin.QueryData, engine plan.Engine) (quals []plan.Qual, answers bool) {
	for _, key := range d.Table.List.KeyColumns {
		all := d.QueryContext.UnsafeQuals[key.Name]
		if all == nil {
			continue
		}
		for _, q := range all.Quals {
			if !slices.Contains(key.Operators, q.GetStringValue()) {
				continue
			}
			qual := qualOf(q, engine)
			if engine == plan.PostgreSQL && !isParameter(key) && perhapsLost(qual) {
				qual.Values = []plan.Value{unknown{}}
			}
			quals = append(quals, qual)
		}
	}
	return quals, !isFollower(d)
}

// isParameter reports a column whose value says which rows there are. One that is not as it must be is an error.
func isParameter(key *plugin.KeyColumn) bool { return key.CacheMatch == query_cache.CacheMatchExact }

// perhapsLost reports a clause whose value Steampipe's foreign data wrapper may not have had: for one that a subquery
// yields, `= (select …)`, it sends "?", 0, or the beginning of 2000 (datum.c), and rows that match are not to be dropped
// for it. More than 0 is left as it is: people write it, and what is more than some count is more than 0.
func perhapsLost(q plan.Qual) bool {
	if q.List {
		return false
	}
	switch v := q.Values[0].(type) {
	case string:
		return v == "?"
	case int64:
		return v == 0 && q.Operator != plan.Greater && q.Operator != plan.GreaterOrEqual
	case plan.PerhapsInfinite:
		return v.Sign < 0
	}
	return false
}

// isFollower reports a call that the SDK made for an element of a list that is not its first. Elements are
// compared by identity: a list may hold a value twice.
func isFollower(d *plugin.QueryData) bool {
	for column, replaced := range d.Quals {
		if len(replaced.Quals) != 1 || d.QueryContext.UnsafeQuals[column] == nil {
			continue
		}
		for _, original := range d.QueryContext.UnsafeQuals[column].Quals {
			list := original.Value.GetListValue()
			if list == nil {
				continue
			}
			if i := slices.Index(list.Values, replaced.Quals[0].Value); i >= 0 {
				return i > 0
			}
		}
	}
	return false
}

func qualOf(q *proto.Qual, engine plan.Engine) plan.Qual {
	out := plan.Qual{Column: q.FieldName, Operator: plan.Operator(q.GetStringValue())}
	if list := q.Value.GetListValue(); list != nil {
		out.List = true
		for _, v := range list.Values {
			out.Values = append(out.Values, valueOf(v, engine))
		}
		return out
	}
	out.Values = []plan.Value{valueOf(q.Value, engine)}
	return out
}

// unknown is a value of a type that no clause is pushed for; the planner leaves it to the database.
type unknown struct{}

func valueOf(v *proto.QualValue, engine plan.Engine) plan.Value {
	switch v := v.GetValue().(type) {
	case nil:
		return nil
	case *proto.QualValue_StringValue:
		return v.StringValue
	case *proto.QualValue_JsonbValue:
		return v.JsonbValue
	case *proto.QualValue_Int64Value:
		return v.Int64Value
	case *proto.QualValue_DoubleValue:
		if n := int64(v.DoubleValue); float64(n) == v.DoubleValue {
			return n
		}
	case *proto.QualValue_TimestampValue:
		return timeOf(v.TimestampValue, engine)
	}
	return unknown{}
}

// timeOf reads a timestamp: Steampipe's foreign data wrapper does not always send the one that was meant.
func timeOf(sent *timestamppb.Timestamp, engine plan.Engine) plan.Value {
	if engine != plan.PostgreSQL {
		return sent.AsTime()
	}
	t, ok := steampipe.TimeOf(sent)
	switch {
	case !ok:
		return unknown{}
	case t.Infinity != 0:
		return plan.PerhapsInfinite{Time: t.Time, Sign: t.Infinity}
	}
	return t.Time
}

// pushedOrder is the scan's ORDER BY where Steampipe trusts the plugin with it: by its first column, and then by others.
func pushedOrder(d *plugin.QueryData, t *table.Table) (first plan.Order, then []plan.Order) {
	var all []plan.Order
	for _, by := range d.QueryContext.SortOrder {
		if i := t.FieldOf(by.Column); i < 0 || t.Fields[i].Sort == "" {
			break // Steampipe passes none on that is not declared
		}
		all = append(all, plan.Order{Column: by.Column, Descending: by.Order != plugin.SortAsc})
	}
	if len(all) == 0 {
		return plan.Order{}, nil
	}
	return all[0], all[1:]
}

// needed are the columns of a scan but for those that its WHERE clause gives the value of; count(*) needs none. Columns
// whose names begin with an underscore are the SDK's own; others of its own it does not tell of.
func needed(d *plugin.QueryData, t *table.Table) []string {
	return slices.DeleteFunc(slices.Clone(d.QueryContext.Columns), func(column string) bool {
		return t.ParamOf(column) >= 0 || strings.HasPrefix(column, "_")
	})
}
