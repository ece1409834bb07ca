package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http/httptest"

	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/report"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
	"github.com/turbot/steampipe-plugin-serpstat/serpstat"
)

// reports measures what each shipped report costs on three domains of the bundled data, within the budget that it names.
func reports() ([]measure, error) {
	sim := serpstatsim.New(serpstatsim.Demo())
	web := httptest.NewServer(sim)
	defer func() { sim.Close(); web.Close() }()
	var list []measure
	for _, name := range report.Shipped() {
		for _, domain := range []string{"shop.example", "serpstat.com", large} {
			sim.Reset()
			budget, err := makeReport(name, domain, web.URL, sim)
			if err != nil {
				return nil, fmt.Errorf("%s of %s: %w", name, domain, err)
			}
			list = append(list, measure{name: fmt.Sprintf("report %s of %s: credits", name, domain), value: float64(sim.Credits()), bound: float64(budget),
				detail: fmt.Sprintf("%d requests", len(sim.Requests()))})
		}
	}
	return list, nil
}

// spending reads what a simulator has charged.
type spending struct{ sim *serpstatsim.Server }

func (s spending) Spent() int64    { return s.sim.Credits() }
func (s spending) Recalled() int64 { return 0 }

func makeReport(name, domain, url string, sim *serpstatsim.Server) (budget int64, err error) {
	text, err := report.Source(name)
	if err != nil {
		return 0, err
	}
	script, err := report.Parse(name, text)
	if err != nil {
		return 0, err
	}
	values := script.Examples([]report.Param{{Name: "domain", Value: domain}, {Name: "rival", Value: "python.org"}, {Name: "rival2", Value: "moz.com"}})
	var args []any
	for _, v := range values {
		args = append(args, sql.Named(v.Name, v.Value))
	}
	o := options()
	o.Engine = plan.SQLite
	d, err := newDatabase(serpstat.New(o), fmt.Sprintf("base_url = %q\nrequests_per_second = 1000", url))
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, d.Engine.Close()) }()
	ctx := serpstat.Statement(context.Background())
	prepared, err := script.Prepare(ctx, report.Options{Engine: d.Engine, Args: args, Values: values})
	if err != nil {
		return 0, err
	}
	_, err = prepared.Run(ctx, script.Budget, spending{sim}, func(int, string) {})
	return script.Budget, err
}
