package answers

import (
	"database/sql"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/execute"
)

// factSchema came later than the others: a file without it is as good.
const factSchema = `
create table if not exists fact (
	account text not null,
	method text not null,
	question text not null,
	about text not null,
	holds text not null,
	learned integer not null,  -- in nanoseconds since 1970
	primary key (account, method, question, about)
) without rowid`

// Learn keeps a fact of an account: an [execute.Facts].
func (f *File) Learn(account string, fact execute.Fact) {
	f.add(op{nil, func(tx *sql.Tx, _ *record) error {
		_, err := tx.Exec("insert or replace into fact values (?, ?, ?, ?, ?, ?)", account, fact.Method, fact.Question, fact.Of, fact.Holds, f.Now().UnixNano())
		return err
	}, 0})
}

// Facts are what was learned for an account, as long as it is believed.
func (f *File) Facts(account string) (list []execute.Fact) {
	if !f.usable() {
		return nil
	}
	rows, err := f.db.Query("select method, question, about, holds, learned from fact where account = ? and learned >= ? order by method, question, about",
		account, f.Now().Add(-execute.MaxFactAge).UnixNano())
	if err != nil {
		f.fail(err)
		return nil
	}
	defer rows.Close()
	for rows.Next() {
		var fact execute.Fact
		var learned int64
		if err := rows.Scan(&fact.Method, &fact.Question, &fact.Of, &fact.Holds, &learned); err != nil {
			f.fail(err)
			return nil
		}
		fact.At = time.Unix(0, learned)
		list = append(list, fact)
	}
	if err := rows.Err(); err != nil {
		f.fail(err)
		return nil
	}
	return list
}
