package answers

import (
	"strings"
	"time"
)

// Answer is a series that is kept, for people.
type Answer struct {
	Method, Params string // of the request, the latter as JSON
	Begun          time.Time
	Rows, Total    int64
	Bytes, Credits int64 // that it takes, and that it has cost
}

// List lists what is kept, the newest first. A pattern is a text that occurs in the method or the parameters, in any
// case; * in it stands for any text, and "" is all.
func (f *File) List(pattern string) ([]Answer, error) {
	rows, err := f.db.Query("select method, params, begun, rows, total, bytes, credits from series where "+matches+" order by begun desc, id desc", like(pattern))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Answer
	for rows.Next() {
		var a Answer
		var begun int64
		if err := rows.Scan(&a.Method, &a.Params, &begun, &a.Rows, &a.Total, &a.Bytes, &a.Credits); err != nil {
			return nil, err
		}
		a.Begun = time.Unix(0, begun)
		list = append(list, a)
	}
	return list, rows.Err()
}

// Clear drops what a pattern says, as that of [File.List], and tells what it was. All is also what was learned.
func (f *File) Clear(pattern string) ([]Answer, error) {
	list, err := f.List(pattern)
	if err != nil {
		return nil, err
	}
	if pattern == "" {
		if _, err := f.db.Exec("delete from fact"); err != nil {
			return nil, err
		}
	}
	_, err = f.db.Exec("delete from series where "+matches, like(pattern))
	return list, err
}

const matches = `method || ' ' || params like ? escape '\'`

// like is a pattern in SQL.
func like(pattern string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`, `*`, `%`).Replace(pattern) + "%"
}
