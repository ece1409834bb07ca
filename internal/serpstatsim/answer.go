package serpstatsim

import (
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

func or[T any](v *T, otherwise T) T {
	if v == nil {
		return otherwise
	}
	return *v
}

// encodeAnswer puts a result or an error into its envelope.
func encodeAnswer(id json.RawMessage, result []byte, e *rpcError) []byte {
	if e != nil {
		message, _ := json.Marshal(e.message) // a text
		return fmt.Appendf(nil, `{"id":%s,"error":{"code":%d,"message":%s,"data":null}}`, id, e.code, message)
	}
	b := make([]byte, 0, len(id)+len(result)+len(`{"id":,"result":}`))
	b = append(append(append(b, `{"id":`...), id...), `,"result":`...)
	return append(append(b, result...), '}')
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
