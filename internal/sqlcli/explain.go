package sqlcli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// explainOne prints what a statement would ask of the API. The statement runs on scans without rows.
func (s *session) explainOne(ctx context.Context, statement string) error {
	s.plans = nil
	reads, err := s.reads(ctx, statement)
	if err != nil {
		return err
	}
	rows, err := s.engine.Query(ctx, statement)
	if err != nil {
		return s.explainError(statement, err)
	}
	for rows.Next() {
	}
	if err := rows.Close(); err != nil {
		return s.explainError(statement, err)
	}
	first, _, more := strings.Cut(statement, "\n")
	if more {
		first += " …"
	}
	fmt.Fprintf(s.out, "-- %s\n", first)
	scans := map[string]bool{}
	for _, p := range s.plans {
		fmt.Fprint(s.out, p)
		scans[p.Table+p.Domain+p.Filter] = true
	}
	switch {
	case reads == 0:
		fmt.Fprintln(s.out, "  asks nothing of the API")
	case len(scans) < reads:
		fmt.Fprintf(s.out, "  note         the statement reads %d tables: what it asks for the others depends on the rows of the first, and may overlap; a table is bought once where it is read through a materialized CTE\n", reads)
	}
	fmt.Fprintln(s.out)
	return s.out.Flush()
}

// reads counts the places of a statement's plan that read a table of the plugin.
func (s *session) reads(ctx context.Context, statement string) (int, error) {
	if word := strings.ToLower(strings.Fields(statement)[0]); word == "explain" || word == "pragma" {
		return 0, nil
	}
	rows, err := s.engine.Query(ctx, "explain query plan "+statement)
	if err != nil {
		return 0, s.explainError(statement, err)
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		for _, v := range rows.Values() {
			if line, ok := v.(string); ok && strings.Contains(line, "VIRTUAL TABLE") {
				n++
			}
		}
	}
	return n, rows.Close()
}

// copyDatabase copies a database file, so that nothing is written to it. No file is no copy.
func copyDatabase(file string) (copied string, remove func(), err error) {
	remove = func() {}
	source, err := os.Open(file)
	if file == "" || os.IsNotExist(err) {
		return "", remove, nil
	}
	if err != nil {
		return "", remove, usageError{err}
	}
	defer source.Close()
	dir, err := os.MkdirTemp("", "serpstat-sql")
	if err != nil {
		return "", remove, err
	}
	remove = func() { os.RemoveAll(dir) }
	copied = filepath.Join(dir, filepath.Base(file))
	target, err := os.Create(copied)
	if err == nil {
		_, err = io.Copy(target, source)
		if closed := target.Close(); err == nil {
			err = closed
		}
	}
	return copied, remove, err
}
