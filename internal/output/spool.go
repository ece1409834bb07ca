package output

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
)

// spool keeps a result's rows in a temporary file, for formats that have to know all of them before they write the
// first: what columns hold, and how wide it is. The file is its owner's alone, and has no name where the system allows
// that, so that nothing is left of it however the process ends.
type spool struct {
	file    *os.File
	w       *bufio.Writer
	columns int
	rows    int64
	scratch []byte
}

func newSpool(dir string, columns int) (*spool, error) {
	f, err := os.CreateTemp(dir, "serpstat-sql-*") // with mode 0600
	if err != nil {
		return nil, fmt.Errorf("keeping rows in a temporary file: %w", err)
	}
	os.Remove(f.Name()) //nolint:errcheck // Windows removes no open file: close does
	return &spool{file: f, w: bufio.NewWriterSize(f, 1<<16), columns: columns}, nil
}

// What a value of a spool begins with.
const (
	spooledNull = iota
	spooledWhole
	spooledReal
	spooledText
	spooledBlob
)

func (s *spool) add(values []any) error {
	s.rows++
	for _, value := range values {
		b := s.scratch[:0]
		var bytes string
		switch v := value.(type) {
		case nil:
			b = append(b, spooledNull)
		case int64:
			b = binary.AppendVarint(append(b, spooledWhole), v)
		case float64:
			b = binary.LittleEndian.AppendUint64(append(b, spooledReal), math.Float64bits(v))
		case []byte:
			bytes = string(v)
			b = binary.AppendUvarint(append(b, spooledBlob), uint64(len(bytes)))
		default:
			bytes = Text(v)
			b = binary.AppendUvarint(append(b, spooledText), uint64(len(bytes)))
		}
		s.scratch = b
		s.w.Write(b)           //nolint:errcheck // the next says it
		s.w.WriteString(bytes) //nolint:errcheck
	}
	if _, err := s.w.Write(nil); err != nil {
		return fmt.Errorf("keeping rows in a temporary file: %w", err)
	}
	return nil
}

// each gives all rows, from the first, in one slice that is used again for the next.
func (s *spool) each(row func(values []any) error) error {
	if err := s.w.Flush(); err != nil {
		return fmt.Errorf("keeping rows in a temporary file: %w", err)
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	r, values := bufio.NewReaderSize(s.file, 1<<16), make([]any, s.columns)
	for range s.rows {
		for i := range values {
			var err error
			if values[i], err = spooled(r); err != nil {
				return fmt.Errorf("reading rows from a temporary file: %w", err)
			}
		}
		if err := row(values); err != nil {
			return err
		}
	}
	return nil
}

func spooled(r *bufio.Reader) (any, error) {
	kind, err := r.ReadByte()
	if err != nil {
		return nil, err
	}
	switch kind {
	case spooledNull:
		return nil, nil
	case spooledWhole:
		return binary.ReadVarint(r)
	case spooledReal:
		var b [8]byte
		_, err := io.ReadFull(r, b[:])
		return math.Float64frombits(binary.LittleEndian.Uint64(b[:])), err
	}
	n, err := binary.ReadUvarint(r)
	if err != nil {
		return nil, err
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(r, b); err != nil || kind == spooledBlob {
		return b, err
	}
	return string(b), nil
}

func (s *spool) close() error {
	err := s.file.Close()
	os.Remove(s.file.Name()) //nolint:errcheck // as above: it may be gone
	return errors.Join(err)
}
