package answers

import (
	"crypto/sha256"
	"database/sql"
	"errors"
	"hash/crc32"
	"time"

	"github.com/turbot/steampipe-plugin-serpstat/internal/series"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// record is a series in the file, as this process knows it. Its fields belong to the goroutine that writes, once it is in
// use; page reads id alone, of records that were found in the file.
type record struct {
	file    *File
	id      int64 // 0 before it is written
	version int64
	lost    bool // another process has changed or dropped it
}

// table of checksums: a damaged disk must not change a row.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(b []byte) int64 { return int64(crc32.Checksum(b, castagnoli)) }

func hash(key string) []byte {
	sum := sha256.Sum256([]byte(key))
	return sum[:16]
}

// Like lists what is kept for an account under a common key, begun at since or later.
func (f *File) Like(account, common string, since time.Time) (list []series.Kept) {
	if !f.usable() {
		return nil
	}
	rows, err := f.db.Query("select id, version, method, params, begun, rows, total, credits, memo, checksum from series where account = ? and common = ? and begun >= ?",
		account, hash(common), since.UnixNano())
	if err != nil {
		f.fail(err)
		return nil
	}
	defer rows.Close()
	for rows.Next() {
		r, e := &record{file: f}, series.Entry{Account: account, Common: common}
		var begun, sum int64
		if err := rows.Scan(&r.id, &r.version, &e.Method, &e.Params, &begun, &e.Rows, &e.Total, &e.Credits, &e.Memo, &sum); err != nil {
			f.fail(err)
			return nil
		}
		if e.Begun = time.Unix(0, begun); sum == checksum(e.Memo) {
			list = append(list, series.Kept{Entry: e, Record: r})
		}
	}
	if err := rows.Err(); err != nil {
		f.fail(err)
		return nil
	}
	return list
}

// Begin makes a record in place of an older one with its key. It is written with its first page or update.
func (f *File) Begin(e series.Entry) series.Record {
	r := &record{file: f}
	f.add(op{r, func(tx *sql.Tx, r *record) error { return r.begin(tx, e) }, int64(len(e.Memo))})
	return r
}

func (r *record) begin(tx *sql.Tx, e series.Entry) error {
	if _, err := tx.Exec("delete from series where account = ? and key = ? and begun <= ?", e.Account, hash(e.Key), e.Begun.UnixNano()); err != nil {
		return err
	}
	made, err := tx.Exec("insert or ignore into series (account, key, common, method, params, begun, rows, total, credits, bytes, version, memo, checksum) values (?, ?, ?, ?, ?, ?, 0, ?, 0, 0, 0, ?, 0)",
		e.Account, hash(e.Key), hash(e.Common), e.Method, e.Params, e.Begun.UnixNano(), e.Total, e.Memo)
	if err != nil {
		return err
	}
	if n, err := made.RowsAffected(); err != nil || n == 0 {
		r.lost = true // there is a younger one
		return err
	}
	r.id, err = made.LastInsertId()
	return err
}

// Append adds the rows that begin at an offset.
func (r *record) Append(offset int64, rows *table.Rows, e series.Entry) {
	r.file.add(op{r, func(tx *sql.Tx, r *record) error {
		packed := rows.Pack()
		if changed, err := r.change(tx, e, int64(len(packed))); err != nil || !changed {
			return err
		}
		_, err := tx.Exec("insert into page (series, first, rows, checksum) values (?, ?, ?, ?)", r.id, offset, packed, checksum(packed))
		return err
	}, rows.Bytes() + int64(len(e.Memo))})
}

// Update says that only the entry has changed.
func (r *record) Update(e series.Entry) {
	r.file.add(op{r, func(tx *sql.Tx, r *record) error {
		_, err := r.change(tx, e, 0)
		return err
	}, int64(len(e.Memo))})
}

// change writes an entry, unless another process has changed the record.
func (r *record) change(tx *sql.Tx, e series.Entry, bytes int64) (changed bool, err error) {
	done, err := tx.Exec("update series set rows = ?, total = ?, credits = ?, bytes = bytes + ?, memo = ?, checksum = ?, version = version + 1 where id = ? and version = ?",
		e.Rows, e.Total, e.Credits, bytes, e.Memo, checksum(e.Memo), r.id, r.version)
	if err != nil {
		return false, err
	}
	n, err := done.RowsAffected()
	r.lost = n == 0
	r.version++
	return n > 0, err
}

// Drop forgets the record, and what another process has made of it: its rows are no longer those of the API.
func (r *record) Drop() {
	r.file.add(op{r, func(tx *sql.Tx, r *record) error {
		r.lost = true
		_, err := tx.Exec("delete from series where id = ?", r.id)
		return err
	}, 0})
}

var errDamaged = errors.New("the rows that were kept are damaged")

// Page reads the rows that begin at an offset.
func (r *record) Page(offset int64) (*table.Rows, error) {
	if !r.file.usable() {
		return nil, errDamaged
	}
	var packed []byte
	var sum int64
	err := r.file.db.QueryRow("select rows, checksum from page where series = ? and first = ?", r.id, offset).Scan(&packed, &sum)
	switch {
	case err != nil && !errors.Is(err, sql.ErrNoRows):
		r.file.fail(err)
		return nil, err
	case err != nil: // another process has dropped it
		return nil, err
	case sum != checksum(packed):
		return nil, errDamaged
	}
	return table.Unpack(packed)
}
