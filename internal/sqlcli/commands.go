package sqlcli

import (
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// apiError is an error of Serpstat's API, or of the way there.
type apiError struct{ error }

// borrowed is the annotation that names the flags of the root command which a subcommand takes too.
const borrowed = "borrowed flags"

// lend marks flags of the root command that mean the same to a subcommand.
func lend(cmd *cobra.Command, flags ...string) {
	cmd.Annotations = map[string]string{borrowed: strings.Join(flags, " ")}
}

// addCommands gives the root command its subcommands. What is wrong with the arguments of one is wrong use.
func addCommands(root *cobra.Command, commands ...*cobra.Command) {
	root.AddCommand(commands...)
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		for _, name := range strings.Fields(cmd.Annotations[borrowed]) {
			cmd.Flags().AddFlag(root.Flags().Lookup(name))
		}
		checkArguments(cmd)
	}
	root.Args = func(cmd *cobra.Command, args []string) error { return misspelled(root, args) }
}

// checkArguments makes usage errors of what a command and its own subcommands say of their arguments.
func checkArguments(cmd *cobra.Command) {
	if check := cmd.Args; check != nil {
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if err := check(cmd, args); err != nil {
				return usageError{err}
			}
			return nil
		}
	}
	var names []string
	for _, sub := range cmd.Commands() {
		checkArguments(sub)
		names = append(names, sub.Name())
	}
	if !cmd.Runnable() {
		cmd.RunE = func(cmd *cobra.Command, _ []string) error {
			return usage("%s takes one of %s", cmd.Name(), strings.Join(names, ", "))
		}
	}
}

// word is what a command or a flag may be called.
var word = regexp.MustCompile(`^[a-z-]+$`)

// statementsOfOneWord are SQL, however near they are to the name of a command.
var statementsOfOneWord = []string{"analyze", "begin", "commit", "end", "reindex", "rollback", "vacuum"}

// misspelled says which command or flag is meant, where what should be SQL is nearly the name of one. The other arguments
// are not shown: one may be a token.
func misspelled(root *cobra.Command, args []string) error {
	if len(args) == 0 || root.Flags().Changed("tables") {
		return nil
	}
	name := strings.ToLower(args[0])
	if !word.MatchString(name) || slices.Contains(statementsOfOneWord, name) {
		return nil
	}
	root.SuggestionsMinimumDistance = 2
	near := root.SuggestionsFor(name)
	if root.Flags().Lookup(name) != nil {
		near = []string{"--" + name}
	}
	if len(near) > 0 {
		return usage("there is no command %s: did you mean %s? (see serpstat-sql --help)", args[0], strings.Join(near, " or "))
	}
	return nil
}
