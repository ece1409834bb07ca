package table

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// Pack writes rows so that they take little memory: their text compressed at the fastest level, 40 to 60 bytes a row
// on real links, where they take ten times as much otherwise.
func (r *Rows) Pack() []byte { return compress(r.plain()) }

func compress(plain []byte) []byte {
	var packed bytes.Buffer
	w, _ := flate.NewWriter(&packed, flate.BestSpeed) // the level is one there is
	_, _ = w.Write(plain)                             // to memory
	_ = w.Close()
	return bytes.Clone(packed.Bytes())
}

// plain is what is compressed.
func (r *Rows) plain() []byte {
	plain := make([]byte, 0, len(r.text)+len(r.extra)+4*len(r.cells)+64)
	for _, n := range []int{r.width, len(r.cells), len(r.text), len(r.extra)} {
		plain = binary.AppendUvarint(plain, uint64(n))
	}
	plain = append(append(plain, r.text...), r.extra...)
	// A text mostly begins shortly after the one before has ended: a small number, and often the same.
	var ends [2]int64
	for _, c := range r.cells {
		plain = append(plain, byte(c.kind))
		switch c.kind {
		case isNull:
		case isText, isExtra:
			begin, end, last := c.n>>32, c.n&0xFFFFFFFF, &ends[c.kind-isText]
			plain = binary.AppendVarint(plain, begin-*last)
			plain = binary.AppendVarint(plain, end-begin)
			*last = end
		default:
			plain = binary.AppendVarint(plain, c.n)
		}
	}
	return plain
}

// maxPlain is more than the rows of one answer take, of which the client reads 64 MB at most.
const maxPlain = 256 << 20

// errPacked says that something else than [Rows.Pack] has written what is unpacked.
var errPacked = errors.New("table: these are no packed rows")

// Unpack reads what [Rows.Pack] has written.
func Unpack(packed []byte) (*Rows, error) { return unpack(packed, maxPlain) }

func unpack(packed []byte, most int64) (*Rows, error) {
	plain, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), most+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errPacked, err)
	}
	u := unpacker{rest: plain}
	r := &Rows{width: u.width(), cells: make([]cell, u.length())}
	text, extra := u.length(), u.length()
	whole := len(r.cells) == 0 || r.width > 0 && len(r.cells)%r.width == 0
	if u.bad || !whole || int64(len(plain)) > most || text+extra > len(u.rest) {
		return nil, errPacked
	}
	r.text, r.extra = string(u.rest[:text]), string(u.rest[text:text+extra])
	u.rest = u.rest[text+extra:]
	var ends [2]int64
	for i := range r.cells {
		c := &r.cells[i]
		switch c.kind = u.kind(); c.kind {
		case isNull:
		case isText, isExtra:
			last, most := &ends[c.kind-isText], int64(len(r.text))
			if c.kind == isExtra {
				most = int64(len(r.extra))
			}
			begin := *last + u.number()
			*last = begin + u.number()
			u.bad = u.bad || begin < 0 || begin > *last || *last > most
			c.n = begin<<32 | *last
		default:
			c.n = u.number()
		}
	}
	if u.bad || len(u.rest) > 0 {
		return nil, errPacked
	}
	return r, nil
}

// unpacker reads numbers; bad says that there was none.
type unpacker struct {
	rest []byte
	bad  bool
}

func (u *unpacker) skip(n int) {
	if n <= 0 || n > len(u.rest) {
		u.bad = true
		return
	}
	u.rest = u.rest[n:]
}

// width is of a row: no table has so many fields that more than a byte is needed.
func (u *unpacker) width() int {
	v, n := binary.Uvarint(u.rest)
	u.skip(n)
	u.bad = u.bad || v > math.MaxUint8
	return int(v & math.MaxUint8)
}

// length is at most the bytes that follow it, or for the number of cells their bytes.
func (u *unpacker) length() int {
	v, n := binary.Uvarint(u.rest)
	if u.skip(n); v > uint64(len(u.rest)) {
		u.bad = true
		return 0
	}
	return int(v)
}

func (u *unpacker) number() int64 {
	v, n := binary.Varint(u.rest)
	u.skip(n)
	return v
}

func (u *unpacker) kind() cellKind {
	if len(u.rest) == 0 || u.rest[0] > byte(isDecimal) {
		u.bad = true
		return isNull
	}
	k := cellKind(u.rest[0])
	u.rest = u.rest[1:]
	return k
}
