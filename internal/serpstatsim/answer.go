package serpstatsim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// number encodes a number of an answer.
func (rd Interpretations) number(n int64) string {
	if rd.NumbersAsStrings {
		return strconv.Quote(strconv.FormatInt(n, 10))
	}
	return strconv.FormatInt(n, 10)
}

// hundredths encodes a number of hundredths, as PHP does: without zeros at the end.
func (rd Interpretations) hundredths(n int64) string {
	s := strconv.FormatFloat(float64(n)/100, 'f', -1, 64)
	if rd.NumbersAsStrings {
		return strconv.Quote(s)
	}
	return s
}

// value encodes what an answer has for a fact.
func (rd Interpretations) value(b []byte, f *fact, i item) []byte {
	switch {
	case f.null != nil && f.null(i):
		return append(b, "null"...)
	case f.hundredths:
		return append(b, rd.hundredths(f.number(i))...)
	case f.number != nil:
		return append(b, rd.number(f.number(i))...)
	case f.words == nil:
		return appendText(b, f.text(i))
	}
	b = append(b, '[')
	for n, word := range f.words(i) {
		if n > 0 {
			b = append(b, ',')
		}
		b = appendText(b, word)
	}
	return append(b, ']')
}

// appendText writes a JSON text in which <, > and & stand for themselves.
func appendText(b []byte, s string) []byte {
	plain := func(c rune) bool { return ' ' <= c && c <= '~' && c != '"' && c != '\\' }
	if strings.IndexFunc(s, func(c rune) bool { return !plain(c) }) < 0 {
		return append(append(append(b, '"'), s...), '"')
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic(err) // a text can be encoded
	}
	return append(b, bytes.TrimRight(out.Bytes(), "\n")...)
}

func or[T any](v *T, otherwise T) T {
	if v == nil {
		return otherwise
	}
	return *v
}

// result is what a call is answered with.
type result struct{ inside, beside []byte } // beside is more keys of the envelope, if any: ,"key":value

// encodeAnswer puts a result or an error into its envelope.
func encodeAnswer(id json.RawMessage, r result, e *rpcError) []byte {
	if e != nil {
		message, _ := json.Marshal(e.message) // a text
		return fmt.Appendf(nil, `{"id":%s,"error":{"code":%d,"message":%s,"data":null}}`, id, e.code, message)
	}
	b := make([]byte, 0, len(id)+len(r.inside)+len(r.beside)+len(`{"id":,"result":}`))
	b = append(append(append(b, `{"id":`...), id...), `,"result":`...)
	return append(append(append(b, r.inside...), r.beside...), '}')
}

func writeAnswer(w http.ResponseWriter, status int, answer []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
	w.WriteHeader(status)
	_, _ = w.Write(answer) // a client that left needs none
}

func wholeNumber(raw json.RawMessage) (int64, error) {
	return strconv.ParseInt(strings.Trim(string(raw), `"`), 10, 64)
}
