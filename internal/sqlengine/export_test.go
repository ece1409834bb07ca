package sqlengine

import "time"

// SetClock makes the engine take its time from now.
func (e *Engine) SetClock(now func() time.Time) { e.now = now }
