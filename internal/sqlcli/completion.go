package sqlcli

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/turbot/steampipe-plugin-serpstat/internal/output"
	"github.com/turbot/steampipe-plugin-serpstat/serpstat"
)

// completeFlags tells shells what may stand for a flag's value, and behind --tables. Nothing is asked of the API.
func completeFlags(root *cobra.Command, f *flags) {
	fixed := func(values []string) cobra.CompletionFunc {
		return cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)
	}
	for name, complete := range map[string]cobra.CompletionFunc{
		"output":          cobra.FixedCompletions(output.Names(), cobra.ShellCompDirectiveDefault), // or a file
		"max-credits":     fixed(nil),
		"base-url":        fixed(nil),
		"cache-ttl":       fixed(nil),
		"ask-above":       fixed(nil),
		"delimiter":       fixed(nil),
		"param":           fixed(nil),
		"import-encoding": fixed([]string{"utf-8", "utf-16", "windows-1251", "windows-1252"}),
		"import-header":   fixed([]string{"yes", "no", "auto"}),
		"connection": func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return connectionNames(f), cobra.ShellCompDirectiveNoFileComp
		},
	} {
		if err := root.RegisterFlagCompletionFunc(name, complete); err != nil {
			panic(err) // there is no such flag
		}
	}
	for name, ending := range map[string]string{"config": "spc", "file": "sql"} {
		if err := root.MarkFlagFilename(name, ending); err != nil {
			panic(err)
		}
	}
	root.ValidArgsFunction = func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if !f.tables { // SQL is no file
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		tables := serpstat.New(serpstat.Options{})(context.Background()).TableMap
		var list []string
		for _, name := range slices.Sorted(maps.Keys(tables)) {
			if !slices.Contains(args, name) {
				list = append(list, cobra.CompletionWithDesc(name, tables[name].Description))
			}
		}
		return list, cobra.ShellCompDirectiveNoFileComp
	}
}

// connectionNames are those of the config that would be read.
func connectionNames(f *flags) (names []string) {
	for _, b := range connectionsIn(cmp.Or(f.config, steampipeConfig())) {
		names = append(names, b.Labels[0])
	}
	return names
}
