package sqlengine

import (
	"slices"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"modernc.org/sqlite/vtab"
)

// Where the rows up to one bound are here, and those up to a wider one are wanted, only what is between has to be bought:
// a join's condition (o.links_ext <= w.n) asks for ranges of which each holds the ones before.

// opposite are the comparisons that hold where another one does not.
var opposite = map[string]string{opLess: opAtLeast, opAtMost: opGreater, opGreater: opAtMost, opAtLeast: opLess}

// rest finds rows that are here and a request asks for, and what the others are: those that do not meet the bound of
// the rows that are here. bound is nil where there are none.
func (st *store) rest(r request) (here [][]vtab.Value, others request, bound *proto.Qual) {
	others = r
	if r.limit >= 0 || r.order.column != "" {
		return nil, others, nil
	}
	for _, s := range st.scans {
		b := s.boundWithin(r)
		if b == nil || !s.complete() || len(s.rows) <= len(here) {
			continue
		}
		column := r.table.column(b.FieldName)
		here = slices.DeleteFunc(slices.Clone(s.rows), func(row []vtab.Value) bool { return !meets(b, row[column]) })
		others, bound = r, b
		others.optional = append(slices.Clip(r.optional), &proto.Qual{
			FieldName: b.FieldName, Operator: &proto.Qual_StringValue{StringValue: opposite[b.GetStringValue()]}, Value: b.Value,
		})
	}
	return here, others, bound
}

// boundWithin is the bound that makes the scan's request narrower than another one, nil if that is not all there is.
func (s *pluginScan) boundWithin(r request) *proto.Qual {
	if s.request.baseKey() != r.baseKey() || !r.columns.within(s.request.columns) {
		return nil
	}
	only, wider := without(s.request.optional, r.optional), without(r.optional, s.request.optional)
	if len(only) != 1 || len(wider) > 1 {
		return nil
	}
	b := only[0]
	c := r.table.Columns[r.table.column(b.FieldName)]
	_, isNumber := b.Value.GetValue().(*proto.QualValue_Int64Value)
	if !isNumber || !c.NeverNull || c.kind != intKind || !slices.Contains(c.Operators, opposite[b.GetStringValue()]) {
		return nil
	}
	if len(wider) == 1 {
		w := wider[0]
		if w.FieldName != b.FieldName || w.GetStringValue() != b.GetStringValue() || !meets(w, b.Value.GetInt64Value()) {
			return nil
		}
	}
	return b
}

func without(quals, others []*proto.Qual) []*proto.Qual {
	return slices.DeleteFunc(slices.Clone(quals), func(q *proto.Qual) bool {
		return slices.ContainsFunc(others, func(o *proto.Qual) bool { return qualKey(o) == qualKey(q) })
	})
}
