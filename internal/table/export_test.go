package table

// Plain is what Pack compresses.
func Plain(r *Rows) []byte { return r.plain() }

// Compress does to bytes what Pack does.
func Compress(plain []byte) []byte { return compress(plain) }

// Width is how many cells a row has.
func (r *Rows) Width() int { return r.width }

// UnpackAtMost is Unpack of what may become so many bytes.
func UnpackAtMost(packed []byte, most int64) (*Rows, error) { return unpack(packed, most) }
