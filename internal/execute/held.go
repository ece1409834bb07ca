package execute

import (
	"fmt"
	"strings"
)

// heldRows are rows that only the database can judge, kept back where every row counts that is streamed.
type heldRows struct {
	items []*Item
	more  bool // than the LIMIT
}

// mustHold reports that a row that only the database can judge must not be streamed before the sure ones: its host
// ends the scan after LIMIT rows, whichever they are.
func (x *Execution) mustHold() bool { return x.AllCount && x.plan.Limit >= 0 }

// hold keeps a row back. In an order it can neither wait nor be counted.
func (x *Execution) hold(item *Item) error {
	switch {
	case x.ordered():
		return x.undecided()
	case int64(len(x.held.items)) < x.plan.Limit:
		x.held.items = append(x.held.items, item)
	default:
		x.held.more = true
	}
	return nil
}

// released are the rows held back, to be streamed after the sure ones. If there is no room for all, the database could
// keep one that is left out and drop one before it.
func (x *Execution) released() ([]*Item, error) {
	if h := x.held; h.more || len(h.items) > 0 && int64(len(h.items)) > x.plan.Limit-x.streamed {
		return nil, x.undecided()
	}
	return x.held.items, nil
}

func (x *Execution) undecided() error {
	return &UndecidedError{Table: x.plan.Table.Name, Clauses: x.plan.Residual.Clauses()}
}

// UndecidedError says that a LIMIT would have to count rows that only the database can judge.
type UndecidedError struct {
	Table   string
	Clauses []string
}

func (e *UndecidedError) Error() string {
	return fmt.Sprintf("a limit cannot be counted for where %s: the plugin cannot tell ANY from ALL, nor how this database folds letters beyond ASCII; "+
		"write the condition plainly, or let the database cut: with l as materialized (select * from %s where …) select * from l order by … limit …", strings.Join(e.Clauses, " and "), e.Table)
}
