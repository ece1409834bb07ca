package execute

import (
	"context"
	"testing"
)

// reached is a reader who has got so many rows.
type reached int64

func (reached) Row(context.Context, *Item)                    {}
func (reached) Consumed(context.Context, int64)               {}
func (r reached) Taken(context.Context) (rows int64, ok bool) { return int64(r), r >= 0 }

// A page is taken when the last of its rows that match is; where nobody can know, all are.
func TestHowManyPagesAreTaken(t *testing.T) {
	for rows, want := range map[reached]int{0: 1, 9: 1, 10: 3, 24: 3, 25: 4, 99: 4, -1: 4} {
		p := &pace{x: &Execution{Options: Options{Reader: rows}}, ctx: t.Context(), ends: []int64{0, 10, 10, 25}}
		if got := p.Taken(); got != want {
			t.Errorf("%d rows: %d pages, want %d", rows, got, want)
		}
	}
}
