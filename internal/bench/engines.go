package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"

	"github.com/turbot/steampipe-plugin-serpstat/internal/plan"
	"github.com/turbot/steampipe-plugin-serpstat/internal/sqlengine"
	"github.com/turbot/steampipe-plugin-serpstat/internal/steampipe"
	"github.com/turbot/steampipe-plugin-serpstat/serpstat"
)

// engine is one of the two: Steampipe with the plugin, or serpstat-sql.
type engine interface {
	// run answers a query, tells onRow of each row if it is not nil, and counts them.
	run(ctx context.Context, q query, onRow func(rows int64)) (rows int64, err error)
	close()
}

// engineKind makes an engine whose connection has a config.
type engineKind struct {
	name string
	open func(o serpstat.Options, config string) (engine, error)
}

var engines = []engineKind{
	{"Steampipe", func(o serpstat.Options, config string) (engine, error) { return newSteampipe(serpstat.New(o), config) }},
	{"serpstat-sql", func(o serpstat.Options, config string) (engine, error) {
		o.Engine = plan.SQLite
		return newDatabase(serpstat.New(o), config)
	}},
}

// options of a plugin that nothing stops.
func options() serpstat.Options { return serpstat.Options{NoEnvironment: true, Unguarded: true} }

// database is serpstat-sql in this process.
type database struct{ *sqlengine.Engine }

func newDatabase(create plugin.PluginFunc, config string) (*database, error) {
	e, err := sqlengine.Open(context.Background(), sqlengine.Options{
		Plugin: create, Config: "token = \"bench\"\n" + config,
		Hidden: serpstat.HiddenColumns, NeverNull: serpstat.NeverNull, Default: serpstat.Default,
	})
	return &database{e}, err
}

func (d *database) close() { d.Close() }

func (d *database) run(ctx context.Context, q query, onRow func(rows int64)) (n int64, err error) {
	rows, err := d.Query(serpstat.Statement(ctx), q.sql())
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if q.count {
			return rows.Values()[0].(int64), nil
		}
		if n++; onRow != nil {
			onRow(n)
		}
		if n == q.leave {
			return n, nil
		}
	}
	return n, nil
}

// sql is the query as a user of serpstat-sql writes it.
func (q query) sql() string {
	var b strings.Builder
	b.WriteString("select * from ")
	if q.count {
		b.Reset()
		b.WriteString("select count(*) from ")
	}
	b.WriteString(q.from())
	for i, qual := range q.quals {
		b.WriteString([]string{" where ", " and "}[min(i, 1)] + clauseSQL(qual))
	}
	if q.sort != "" {
		b.WriteString(" order by " + q.sort)
		if q.desc {
			b.WriteString(" desc")
		}
	}
	if q.limit >= 0 {
		fmt.Fprintf(&b, " limit %d", q.limit)
	}
	return b.String()
}

func clauseSQL(qual *proto.Qual) string {
	operator := qual.GetStringValue()
	if like, ok := map[string]string{"~~": "like", "~~*": "like", "!~~*": "not like"}[operator]; ok {
		operator = like
	}
	if list := qual.Value.GetListValue(); list != nil {
		var values []string
		for _, v := range list.Values {
			values = append(values, valueSQL(v))
		}
		return steampipe.Identifier(qual.FieldName) + " in (" + strings.Join(values, ", ") + ")"
	}
	return steampipe.Identifier(qual.FieldName) + " " + operator + " " + valueSQL(qual.Value)
}

func valueSQL(v *proto.QualValue) string {
	if at, ok := v.Value.(*proto.QualValue_TimestampValue); ok {
		return at.TimestampValue.AsTime().Format("'" + time.DateOnly + "'")
	}
	if _, ok := v.Value.(*proto.QualValue_Int64Value); ok {
		return sqlengine.Literal(v.GetInt64Value())
	}
	return sqlengine.Literal(v.GetStringValue())
}
