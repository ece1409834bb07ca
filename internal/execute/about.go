package execute

import (
	"encoding/gob"

	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

// What a series is about and what is noted of it outlive the process, where its rows do.
func init() {
	gob.Register(plan.Series{})
	gob.Register([]plan.Part{})
}

// withoutTable is a series as its rows are kept with it: the table is declared in the program.
func withoutTable(of plan.Series) plan.Series {
	of.Table = nil
	return of
}

func aboutOf(t *table.Table, about any) plan.Series {
	of := about.(plan.Series)
	of.Table = t
	return of
}
