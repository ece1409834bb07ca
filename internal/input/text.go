package input

import (
	"bytes"
	"context"
	"errors"
	"io"
)

// textFile is a file of text, in whatever encoding.
type textFile struct {
	file     io.ReaderAt
	ctx      context.Context
	encoding Encoding
	lines    string // how they end
}

// sampleSize is how much of a file says what its delimiter and its header are, in bytes.
const sampleSize = 1 << 18

// openText finds out how a text is encoded, where that is not told, and gives a sample of it.
func openText(ctx context.Context, file io.ReaderAt, told Encoding) (f *textFile, sample []byte, err error) {
	f = &textFile{file: file, ctx: ctx, encoding: told}
	if f.encoding == "" {
		if f.encoding, err = detect(f.bytes()); err != nil {
			return nil, nil, err
		}
	}
	sample, err = f.sample()
	return f, sample, err
}

func (f *textFile) bytes() io.Reader {
	return &contextReader{f.ctx, io.NewSectionReader(f.file, 0, 1<<62)}
}

func (f *textFile) text() io.Reader { return decode(f.bytes(), f.encoding, f.lines) }

// sample is the beginning of the text, as far as whole lines go.
func (f *textFile) sample() ([]byte, error) {
	text := make([]byte, sampleSize)
	n, err := io.ReadFull(f.text(), text)
	text = text[:n]
	if f.lines = lineEnd(text); f.lines == "\r" {
		text = bytes.ReplaceAll(text, []byte("\r"), []byte("\n"))
	}
	switch {
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return text, nil
	case err != nil && n == 0:
		return nil, err
	}
	if i := bytes.LastIndexByte(text, '\n'); i >= 0 {
		return text[:i+1], nil
	}
	return text, nil
}
