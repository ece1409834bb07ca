package sqlengine

import (
	"context"
	"errors"
	"strings"
)

// plain takes an error out of what the SDK wraps around it.
func (e *Engine) plain(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &plainError{strings.TrimPrefix(err.Error(), e.connection+": "), err}
}

type plainError struct {
	text string
	err  error
}

func (e *plainError) Error() string { return e.text }

func (e *plainError) Unwrap() error { return e.err }

// note keeps a cursor's error for the statement's own.
func (e *Engine) note(err error) error {
	if s := e.statement; err != nil && s != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.err == nil {
			s.err = err
		}
	}
	return err
}
