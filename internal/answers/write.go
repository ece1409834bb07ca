package answers

import (
	"context"
	"database/sql"
	"fmt"
)

// op is something to be written.
type op struct {
	of    *record // nil is none
	do    func(tx *sql.Tx, r *record) error
	bytes int64
}

// most is how many bytes may wait to be written before readers wait too.
const most = 16 << 20

// Await returns when not too much waits to be written, or ctx has ended.
func (f *File) Await(ctx context.Context) {
	for {
		f.mu.Lock()
		full, changed := f.waiting > most && !f.broken, f.changed
		f.mu.Unlock()
		if !full {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}

// add lines something up to be written.
func (f *File) add(o op) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.broken || f.closed {
		return
	}
	f.queue = append(f.queue, o)
	f.waiting += o.bytes
	f.poke()
}

func (f *File) poke() {
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// write writes what is lined up, all that waits in one transaction.
func (f *File) write() {
	defer close(f.ended)
	for range f.wake {
		for {
			f.mu.Lock()
			list, closed := f.queue, f.closed
			if len(list) == 0 && closed {
				f.mu.Unlock()
				return
			}
			f.queue = nil
			f.mu.Unlock()
			if len(list) == 0 {
				break
			}
			if err := f.commit(list); err != nil {
				f.fail(fmt.Errorf("writing: %w", err))
			}
			f.written(list)
		}
	}
}

// written lets those go on who wait for room.
func (f *File) written(list []op) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, o := range list {
		f.waiting -= o.bytes
	}
	close(f.changed)
	f.changed = make(chan struct{})
}

func (f *File) commit(list []op) error {
	if !f.usable() {
		return nil
	}
	tx, err := f.db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit it does nothing
	for _, o := range list {
		if o.of != nil && o.of.lost {
			continue
		}
		if err := o.do(tx, o.of); err != nil {
			return err
		}
	}
	if err := f.makeRoom(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// makeRoom drops the oldest series until the file is within its bound.
func (f *File) makeRoom(tx *sql.Tx) error {
	for {
		var pages, free, size int64
		if err := tx.QueryRow("select page_count, freelist_count, page_size from pragma_page_count, pragma_freelist_count, pragma_page_size").Scan(&pages, &free, &size); err != nil {
			return err
		}
		if (pages-free)*size <= f.Most {
			return nil
		}
		done, err := tx.Exec("delete from series where id = (select id from series order by begun limit 1)")
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return err
		}
	}
}
