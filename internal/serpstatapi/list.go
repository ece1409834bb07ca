package serpstatapi

// list is what the answers of Serpstat's list methods have in common: result.data and result.summary_info.
type list[R any] struct {
	rows  []R
	total int64
	left  int64 // -1 where the answer does not say
}

// absurdTotal is more rows than the API can mean.
const absurdTotal = 1e12

// readList reads a list's page and checks that the answer agrees with the request and with itself. read reads
// one row, where s stands at its object.
func readList[R any](s *scan, page, size int, read func(s *scan, row *R, index int) *Error) (list[R], *Error) {
	out := list[R]{left: -1}
	if s.next() != '{' {
		return out, malformed("result is %s, not an object", s.redact.value(s.data))
	}
	var summary []byte
	hasData := false
	for s.enter('{'); s.more('}'); {
		switch string(s.key()) {
		case "data":
			hasData = true
			if e := out.readRows(s, size, read); e != nil {
				return out, e
			}
		case "summary_info":
			summary = s.raw()
		default:
			s.raw()
		}
	}
	if !hasData {
		return out, malformed("result.data is missing")
	}
	return out, out.readSummary(s, summary, page, size)
}

func (l *list[R]) readRows(s *scan, size int, read func(*scan, *R, int) *Error) *Error {
	if s.next() != '[' {
		return malformed("result.data is %s, not a list", s.redact.value(s.raw()))
	}
	l.rows = make([]R, 0, size)
	for s.enter('['); s.more(']'); {
		if len(l.rows) == size {
			return malformed("result.data has more rows than the %d that were asked for", size)
		}
		index := len(l.rows)
		l.rows = l.rows[:index+1]
		if s.next() != '{' {
			return unreadable("result.data[%d] is %s, not an object", index, s.redact.value(s.raw()))
		}
		if e := read(s, &l.rows[index], index); e != nil {
			return e
		}
	}
	return nil
}

func (l *list[R]) readSummary(s *scan, raw []byte, page, size int) *Error {
	var total, count, pageNumber, left []byte
	isObject := object(raw, func(name string, value []byte) {
		switch name {
		case "total":
			total = value
		case "count":
			count = value
		case "page":
			pageNumber = value
		case "left_lines":
			left = value
		}
	})
	if !isObject {
		return malformed("result.summary_info is %s, not an object", s.redact.value(raw))
	}
	rows, ok := int64(len(l.rows)), false
	if l.total, ok = intOf(total); !ok || l.total < 0 || l.total > absurdTotal {
		return malformed("result.summary_info.total is %s, not a number of rows", s.redact.value(total))
	}
	if n, ok := intOf(count); !absent(count) && (!ok || n != rows) {
		return malformed("result.summary_info.count is %s, but result.data has %d rows", s.redact.value(count), rows)
	}
	if n, ok := intOf(pageNumber); !absent(pageNumber) && (!ok || n != int64(page)) {
		return malformed("result.summary_info.page is %s, but page %d was asked for", s.redact.value(pageNumber), page)
	}
	if before := int64(page-1) * int64(size); rows > 0 && before+rows > l.total {
		return malformed("result.summary_info.total is %d, but page %d of size %d has %d rows", l.total, page, size, rows)
	}
	if absent(left) {
		return nil
	}
	if l.left, ok = intOf(left); !ok {
		return malformed("result.summary_info.left_lines is %s, not a number of credits", s.redact.value(left))
	}
	l.left = max(l.left, 0) // a plan that is overdrawn has none left
	return nil
}
