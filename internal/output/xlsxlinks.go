package output

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"io/fs"

	"github.com/xuri/excelize/v2"
)

// links are the addresses of a workbook's cells. The library looks through all links of a sheet for each new one, which
// takes minutes for as many as a sheet may have, and has the file in memory before it writes it. So both pass through a
// zip writer of ours: it puts the links of a sheet before its end, and writes to the file at once.
type links struct{ sheets map[string]*sheetLinkList }

type sheetLinkList struct {
	count     int
	cells     bytes.Buffer // of the sheet's XML
	addresses bytes.Buffer // of the XML that says where they lead
}

// add makes a cell a link, and reports whether its sheet has room for it.
func (l *links) add(sheet, column, row int, address string) bool {
	path := fmt.Sprintf("sheet%d.xml", sheet)
	if l.sheets == nil {
		l.sheets = map[string]*sheetLinkList{}
	}
	list := l.sheets[path]
	if list == nil {
		list = &sheetLinkList{}
		l.sheets[path] = list
	}
	if list.count == sheetLinks {
		return false
	}
	cell, err := excelize.CoordinatesToCellName(column, row)
	if err != nil {
		return false
	}
	list.count++
	fmt.Fprintf(&list.cells, `<hyperlink ref="%s" r:id="rId%d"/>`, cell, list.count)
	fmt.Fprintf(&list.addresses, `<Relationship Id="rId%d" Type="%s" Target="`, list.count, excelize.SourceRelationshipHyperLink)
	xml.EscapeText(&list.addresses, []byte(address)) //nolint:errcheck // into memory
	list.addresses.WriteString(`" TargetMode="External"/>`)
	return true
}

const (
	sheets         = "xl/worksheets/"
	sheetEnd       = "</worksheet>"
	relationsBegin = xml.Header + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`
	relationsEnd   = `</Relationships>`
)

// write writes the workbook with its links.
func (l *links) write(file *excelize.File, w io.Writer) error {
	z := &linkingZip{Writer: zip.NewWriter(w), links: l}
	file.SetZipWriter(func(io.Writer) excelize.ZipWriter { return z })
	_, err := file.WriteToBuffer()
	return err
}

// linkingZip is a zip file in which sheets get their links.
type linkingZip struct {
	*zip.Writer
	links *links
	sheet *linkedSheet // that is being written
}

func (z *linkingZip) Create(name string) (io.Writer, error) {
	if err := z.endSheet(); err != nil {
		return nil, err
	}
	w, err := z.Writer.Create(name)
	if err != nil {
		return nil, err
	}
	for path, list := range z.links.sheets {
		if name == sheets+path {
			z.sheet = &linkedSheet{w: w, path: path, list: list}
			return z.sheet, nil
		}
	}
	return w, nil
}

func (z *linkingZip) AddFS(fsys fs.FS) error {
	if err := z.endSheet(); err != nil {
		return err
	}
	return z.Writer.AddFS(fsys)
}

func (z *linkingZip) Close() error {
	if err := z.endSheet(); err != nil {
		return err
	}
	return z.Writer.Close()
}

// endSheet writes a sheet's links and its end, and where the links lead.
func (z *linkingZip) endSheet() error {
	s := z.sheet
	if s == nil {
		return nil
	}
	z.sheet = nil
	if string(s.last) != sheetEnd {
		return fmt.Errorf("writing the workbook: %s ends with %q", s.path, s.last)
	}
	for _, part := range []string{`<hyperlinks xmlns:r="` + excelize.SourceRelationship.Value + `">`, s.list.cells.String(), "</hyperlinks>" + sheetEnd} {
		if _, err := io.WriteString(s.w, part); err != nil {
			return err
		}
	}
	w, err := z.Writer.Create(sheets + "_rels/" + s.path + ".rels")
	if err != nil {
		return err
	}
	for _, part := range []string{relationsBegin, s.list.addresses.String(), relationsEnd} {
		if _, err := io.WriteString(w, part); err != nil {
			return err
		}
	}
	return nil
}

// linkedSheet holds a sheet's end back.
type linkedSheet struct {
	w    io.Writer
	path string
	list *sheetLinkList
	last []byte
}

func (s *linkedSheet) Write(b []byte) (int, error) {
	all := append(s.last, b...)
	now := max(0, len(all)-len(sheetEnd))
	if _, err := s.w.Write(all[:now]); err != nil {
		return 0, err
	}
	s.last = append([]byte(nil), all[now:]...)
	return len(b), nil
}
