package sqlcli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/turbot/steampipe-plugin-serpstat/internal/answers"
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
			return s.withAnswers(cmd, func(file *answers.File) error { return s.listAnswers(file) })
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
			return s.withAnswers(cmd, func(file *answers.File) error { return s.clearAnswers(file, args) })
		},
	})
	return cmd
}

// withAnswers runs work with the file of answers, and with output around it.
func (s *session) withAnswers(cmd *cobra.Command, work func(*answers.File) error) error {
	if err := s.flags.choose(cmd.Flags().Changed); err != nil {
		return err
	}
	s.flags.tables, s.results = true, 1 // it prints a list, and buys nothing
	if err := s.checkOutput(); err != nil {
		return err
	}
	return s.withOutput(cmd.Context(), func(context.Context) error {
		file, err := openAnswers(s.progress.warn)
		if err != nil {
			return err
		}
		defer file.Close()
		return s.endOutput(work(file))
	})
}

func (s *session) listAnswers(file *answers.File) error {
	list, err := file.List("")
	if err != nil {
		return err
	}
	rows := make([][]any, len(list))
	now := time.Now()
	for i, a := range list {
		rows[i] = []any{a.Method, a.Params, a.Rows, a.Total, execute.Age(now.Sub(a.Begun)), a.Bytes, a.Credits}
	}
	return s.write([]string{"method", "parameters", "rows", "of", "age", "bytes", "credits"}, rows)
}

func (s *session) clearAnswers(file *answers.File, args []string) error {
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
	fmt.Fprintf(s.out, "dropped %s with %s, which have cost %s\n", table.Amount(int64(len(list)), "answer"), table.Amount(rows, "row"), table.Credits(credits))
	return nil
}
