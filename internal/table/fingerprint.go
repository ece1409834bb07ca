package table

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// packing is the version of the form in which [Rows.Pack] writes, and of what the client makes of an answer.
const packing = 1

// Fingerprint is the same for declarations whose rows are read and packed alike: rows that were packed under another one
// may mean something else.
func (t *Table) Fingerprint() string {
	of, err := json.Marshal(struct {
		Packing int
		Method  string
		Rows    string
		One     bool
		Fields  []Field
	}{packing, t.Method, t.Rows, t.One, t.Fields})
	if err != nil { // it is texts, numbers and lists of them
		panic("table: a declaration cannot be encoded: " + err.Error())
	}
	sum := sha256.Sum256(of)
	return hex.EncodeToString(sum[:8])
}
