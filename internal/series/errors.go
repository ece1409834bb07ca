package series

import (
	"errors"
	"fmt"
)

// ErrDone is the error of [Reader.Next] after the last page.
var ErrDone = errors.New("no more pages")

// IncompleteError says that rows stay away which the API counts.
type IncompleteError struct {
	Site           string
	Arrived, Total int64 // rows
}

func (e *IncompleteError) Error() string {
	return fmt.Sprintf("%d of %d rows of %s arrived, and the others stay away though they were asked for again: run the query again later, "+
		"or take what there is with allow_incomplete = true (--allow-incomplete in serpstat-sql)", e.Arrived, e.Total, e.Site)
}

// ChangedError says that rows moved between two pages, and again when they were read anew.
type ChangedError struct {
	Site           string
	Arrived, Total int64 // rows
}

func (e *ChangedError) Error() string {
	return fmt.Sprintf("the rows of %s change while they are read: %d of %d had arrived when a page did not follow from the one before, also when all was read again: run the query again later",
		e.Site, e.Arrived, e.Total)
}
