package sqlcli

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/turbot/steampipe-plugin-serpstat/internal/answers"
	"github.com/turbot/steampipe-plugin-serpstat/internal/catalog"
	"github.com/turbot/steampipe-plugin-serpstat/internal/execute"
	"github.com/turbot/steampipe-plugin-serpstat/internal/table"
)

func newCacheCommand(s *session) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "cache",
		Short: "List what was bought and is kept for later runs",
		Long: `List what was bought and is kept for later runs: the method and the parameters of each request without its pages,
how many of its rows are here, how old they are, the bytes that they take, and the credits that they have cost.

Answers are used again in place of buying them anew, for an hour, or as long as --cache-ttl says. What was
learned of the API is kept beside them for a month: serpstat-sql doctor shows it.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usage("there is no cache %s: write serpstat-sql cache, or serpstat-sql cache clear [PATTERN]", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			x := &execution{session: s}
			return x.withAnswers(cmd, x.listAnswers)
		},
	}
	lend(cmd, "output", "header", "delimiter", "bom", "safe-cells", "no-pager")
	cmd.AddCommand(&cobra.Command{
		Use:   "clear [PATTERN]",
		Short: "Drop what is kept, or the part of it that PATTERN names",
		Long:  "Drop what is kept, or what has PATTERN in its method or parameters; * in it stands for any text.",
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) > 1:
				return usage("%d patterns: write one, such as example.com or 'getOutlinks*example.com'", len(args))
			case len(args) == 1 && strings.TrimSpace(args[0]) == "": // a script's variable that is not set
				return usage("the pattern is empty: write serpstat-sql cache clear to drop all")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			x := &execution{session: s}
			return x.withAnswers(cmd, func(file *answers.File) (string, error) { return "", x.clearAnswers(file, args) })
		},
	})
	return cmd
}

// withAnswers runs work with the file of answers, and with output around it. sum is a line for who reads a list.
func (x *execution) withAnswers(cmd *cobra.Command, work func(*answers.File) (sum string, err error)) error {
	if err := x.flags.choose(cmd.Flags().Changed); err != nil {
		return err
	}
	x.flags.tables, x.results = true, 1 // it prints a list, and buys nothing
	if err := x.checkOutput(); err != nil {
		return err
	}
	return x.withOutput(cmd.Context(), func(context.Context) error {
		file, err := openAnswers(x.progress.warn)
		if err != nil {
			return err
		}
		defer file.Close()
		sum, err := work(file)
		if err = x.endOutput(err); err == nil && sum != "" {
			fmt.Fprintln(x.stderr, sum)
		}
		return err
	})
}

func (x *execution) listAnswers(file *answers.File) (sum string, err error) {
	list, err := file.List("")
	if err != nil {
		return "", err
	}
	rows := make([][]any, len(list))
	now := time.Now()
	forPeople := slices.Contains([]string{"table", "line"}, x.flags.format().Name)
	var all answers.Answer
	for i, a := range list {
		all.Rows, all.Bytes, all.Credits = all.Rows+a.Rows, all.Bytes+a.Bytes, all.Credits+a.Credits
		method, params, bytes := a.Method, a.Params, any(a.Bytes)
		if forPeople {
			method, params, bytes = method[strings.LastIndex(method, ".")+1:], requestText(params), humanize.Bytes(uint64(a.Bytes))
		}
		rows[i] = []any{method, params, a.Rows, a.Total, execute.Age(now.Sub(a.Begun)), bytes, a.Credits}
	}
	if err := x.write([]string{"method", "parameters", "rows", "of", "age", "bytes", "credits"}, rows); err != nil || !forPeople {
		return "", err
	}
	return fmt.Sprintf("%s with %s in %s, which have cost %s", table.Amount(int64(len(list)), "answer"), table.Amount(all.Rows, "row"), humanize.Bytes(uint64(all.Bytes)), table.Credits(all.Credits)), nil
}

// isUsual reports a parameter with the value that requests have where nobody says another: it tells nothing.
func isUsual(name, value string) bool {
	return slices.ContainsFunc(catalog.Tables(), func(t *table.Table) bool {
		return slices.ContainsFunc(t.Params, func(p table.Param) bool { return p.Name == name && p.Default == value })
	})
}

// requestText says in short which request a kept answer is of: the site, the filter, other parameters, the order.
func requestText(params string) string {
	var of struct {
		Query         string
		Sort, Order   string
		ComplexFilter [][]struct {
			Field, CompareType string
			Value              []any
		}
	}
	var others map[string]any
	if json.Unmarshal([]byte(params), &of) != nil || json.Unmarshal([]byte(params), &others) != nil {
		return params
	}
	text := []string{of.Query}
	var alternatives []string
	for _, group := range of.ComplexFilter {
		var conditions []string
		for _, c := range group {
			conditions = append(conditions, fmt.Sprintf("%s %s %s", c.Field, c.CompareType, strings.Trim(fmt.Sprint(c.Value), "[]")))
		}
		alternatives = append(alternatives, strings.Join(conditions, " and "))
	}
	if len(alternatives) > 0 {
		text = append(text, strings.Join(alternatives, " or "))
	}
	for _, name := range slices.Sorted(maps.Keys(others)) {
		switch value := fmt.Sprint(others[name]); {
		case slices.Contains([]string{"query", "sort", "order", "complexFilter"}, name), isUsual(name, value):
		default:
			text = append(text, name+" "+value)
		}
	}
	if of.Sort != "" {
		text = append(text, "by "+strings.TrimSpace(of.Sort+" "+of.Order))
	}
	return strings.Join(text, ", ")
}

func (x *execution) clearAnswers(file *answers.File, args []string) error {
	pattern := ""
	if len(args) > 0 {
		pattern = args[0]
	}
	list, err := file.Clear(pattern)
	if err != nil {
		return err
	}
	rows, credits := int64(0), int64(0)
	for _, a := range list {
		rows, credits = rows+a.Rows, credits+a.Credits
	}
	fmt.Fprintf(x.out, "dropped %s with %s, which have cost %s\n", table.Amount(int64(len(list)), "answer"), table.Amount(rows, "row"), table.Credits(credits))
	return nil
}
