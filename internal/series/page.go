package series

import "github.com/turbot/steampipe-plugin-serpstat/internal/table"

// page is rows that were bought together. They are loose at first, which readers take at once, and packed later.
type page struct {
	of           *Series
	offset, rows int64
	loose        *table.Rows // nil once they are packed
	packed       []byte
	record       Record // that has them where they are not here: an earlier process has bought them
	size         int64  // bytes, as the store counts them
}

// pageBytes is the size of a page without its rows, about.
const pageBytes = 256

func newPage(of *Series, offset int64, rows *table.Rows) *page {
	return &page{of: of, offset: offset, rows: int64(rows.Len()), loose: rows, size: pageBytes + rows.Bytes()}
}

func (p *page) end() int64 { return p.offset + p.rows }

// all returns the page's rows. It may be called without the store's lock for a page that was copied under it.
func (p page) all() ([]table.Row, error) {
	if p.loose != nil {
		return p.loose.All(), nil
	}
	rows, err := p.read()
	if err != nil {
		return nil, err
	}
	return rows.All(), nil
}

func (p page) read() (*table.Rows, error) {
	if p.record != nil {
		return p.record.Page(p.offset)
	}
	return table.Unpack(p.packed)
}
