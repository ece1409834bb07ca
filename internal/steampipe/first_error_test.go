package steampipe

import (
	"context"
	"errors"
	"testing"
)

// Of two connections of an aggregator that fail, the reader is told of the first: the second may only have been ended
// with it.
func TestTheFirstErrorOfACallIsTold(t *testing.T) {
	first, second := errors.New("the first"), errors.New("the second")
	n := theNumbers()
	failed := make(chan struct{})
	n.answer(func(ctx context.Context, _ func(int)) error {
		if l, _ := listOf(ctx); l.connection == "two" {
			<-failed
			return second
		}
		err := Fail(ctx, first)
		close(failed)
		return err
	})
	if rows, err := n.read(t.Context(), nil, "one", "two"); !errors.Is(err, first) {
		t.Errorf("%d rows, %v", rows, err)
	}
}
