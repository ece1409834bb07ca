package serpstatsim

import (
	"cmp"
	"strings"
)

// answered is what summary_info tells of an answer.
type answered struct {
	left, rows, total int
	request           Request
}

func (l *listing) encodeInfo(rd Interpretations, a answered) []byte {
	b := []byte(`"summary_info":{`)
	for n, k := range l.spec.Info {
		if n > 0 {
			b = append(b, ',')
		}
		b = append(appendText(b, k.Key), ':')
		switch number, err := wholeNumber(k.Value); {
		case k.Value != nil && err == nil:
			b = append(b, rd.number(number)...)
		case k.Value != nil:
			b = append(b, k.Value...)
		default:
			b = append(b, l.tell(k.Is, rd, a)...)
		}
	}
	return append(b, '}')
}

// tell encodes a fact of an answer or of all its rows together.
func (l *listing) tell(is string, rd Interpretations, a answered) []byte {
	number := func(n int) []byte { return []byte(rd.number(int64(n))) }
	switch is {
	case "left_lines":
		return number(a.left)
	case "page":
		return number(a.request.Page)
	case "count":
		return number(a.rows)
	case "total":
		return number(a.total)
	case "sort":
		return appendText(nil, cmp.Or(l.spec.SortEcho[a.request.Sort], a.request.Sort))
	case "order":
		if l.spec.OrderEcho == "lower" {
			return appendText(nil, a.request.Order)
		}
		return appendText(nil, strings.ToUpper(a.request.Order))
	}
	return rd.value(nil, factOf(is, rd), l.whole)
}

// assemble puts data and summary_info where the recorded answer has them.
func (sp *spec) assemble(rows [][]byte, info []byte, rd Interpretations) result {
	length := len(info) + len(`{"data":[],}`)
	for _, r := range rows {
		length += len(r) + 1
	}
	out := append(make([]byte, 0, length), '{')
	beside := sp.InfoBeside && !rd.InfoInResult
	if sp.InfoFirst && !beside {
		out = append(append(out, info...), ',')
	}
	out = sp.appendData(append(out, `"data":`...), rows)
	if beside {
		return result{append(out, '}'), append([]byte{','}, info...)}
	}
	if !sp.InfoFirst {
		out = append(append(out, ','), info...)
	}
	return result{inside: append(out, '}')}
}

// appendData writes what a request has found. Where that is one object and there is none, it is an empty array: so PHP,
// which the API is written in, encodes an array without keys, and the schema requires no data.
func (sp *spec) appendData(out []byte, rows [][]byte) []byte {
	if sp.One && len(rows) > 0 {
		return append(out, rows[0]...)
	}
	out = append(out, '[')
	for i, r := range rows {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, r...)
	}
	return append(out, ']')
}
