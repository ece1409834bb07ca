package output

import (
	"archive/zip"
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/xuri/excelize/v2"
)

// links are the addresses of a workbook's cells. The library looks through all links of a sheet for each new one, which
// takes minutes for as many as a sheet may have, and has the file in memory before it writes it. So both pass through a
// zip writer of ours: it puts the links of a sheet before its end, and writes to the file at once.
type links struct {
	most   int               // of a sheet
	sheets map[string][]link // by the sheet's file
}

// link is a cell that leads to an address.
type link struct {
	column, row int32
	address     string
}

// add makes a cell a link, and reports whether its sheet has room for it.
func (l *links) add(sheet, column, row int, address string) bool {
	file := fmt.Sprintf("sheet%d.xml", sheet)
	if l.sheets == nil {
		l.sheets = map[string][]link{}
	}
	if len(l.sheets[file]) == l.most {
		return false
	}
	l.sheets[file] = append(l.sheets[file], link{int32(column), int32(row), address})
	return true
}

const (
	sheets   = "xl/worksheets/"
	sheetEnd = "</worksheet>"
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
	file := strings.TrimPrefix(name, sheets)
	linked := z.links.sheets[file]
	if file == name || len(linked) == 0 {
		return w, nil
	}
	z.sheet = &linkedSheet{w: w, file: file, links: linked}
	return z.sheet, nil
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
		return fmt.Errorf("writing the workbook: %s ends with %q", s.file, s.last)
	}
	w := bufio.NewWriter(s.w)
	fmt.Fprintf(w, `<hyperlinks xmlns:r="%s">`, excelize.SourceRelationship.Value)
	for i, l := range s.links {
		cell, err := excelize.CoordinatesToCellName(int(l.column), int(l.row))
		if err != nil {
			return err
		}
		fmt.Fprintf(w, `<hyperlink ref="%s" r:id="rId%d"/>`, cell, i+1)
	}
	w.WriteString("</hyperlinks>" + sheetEnd) //nolint:errcheck // Flush says it
	if err := w.Flush(); err != nil {
		return err
	}
	relations, err := z.Writer.Create(sheets + "_rels/" + s.file + ".rels")
	if err != nil {
		return err
	}
	w.Reset(relations)
	w.WriteString(xml.Header + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`) //nolint:errcheck // as above
	for i, l := range s.links {
		fmt.Fprintf(w, `<Relationship Id="rId%d" Type="%s" Target="`, i+1, excelize.SourceRelationshipHyperLink)
		xml.EscapeText(w, []byte(l.address))       //nolint:errcheck // as above
		w.WriteString(`" TargetMode="External"/>`) //nolint:errcheck // as above
	}
	w.WriteString("</Relationships>") //nolint:errcheck // as above
	return w.Flush()
}

// linkedSheet holds a sheet's end back.
type linkedSheet struct {
	w     io.Writer
	file  string
	links []link
	last  []byte
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
