package sqlcli

import (
	"fmt"
	"strings"

	"github.com/cpuguy83/go-md2man/v2/md2man"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// newManCommand is for those who package the command: it writes its page for man.
func newManCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "man",
		Short:  "Write the page for man, in roff",
		Args:   cobra.NoArgs,
		Hidden: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := cmd.OutOrStdout().Write(md2man.Render([]byte(manPage(cmd.Root()))))
			return err
		},
	}
}

// manPage is one page for the command and its subcommands, in the Markdown that roff is made of. cobra's own generator
// makes a page of each, shows --flag[=false] as what to write, and has the day on which it was run.
func manPage(root *cobra.Command) string {
	var b strings.Builder
	version, _, _ := strings.Cut(root.Version, " ")
	fmt.Fprintf(&b, "%% %q \"1\" \"\" %q %q\n", "SERPSTAT-SQL", "serpstat-sql "+version, "Serpstat in SQL")
	fmt.Fprintf(&b, "# NAME\nserpstat-sql \\- %s\n", root.Short)
	fmt.Fprintf(&b, "\n# SYNOPSIS\n**%s**\n\n**serpstat-sql** *COMMAND* [flags]\n", root.UseLine())
	fmt.Fprintf(&b, "\n# DESCRIPTION\n%s\n", root.Long)
	b.WriteString("\n# OPTIONS\n")
	writeFlags(&b, root.LocalFlags(), nil)
	b.WriteString("\n# COMMANDS\n")
	writeCommands(&b, root)
	b.WriteString("\n# ENVIRONMENT\n")
	for _, d := range environment {
		b.WriteString(item(d.name, d.means))
	}
	b.WriteString("\n# EXIT STATUS\n")
	for _, d := range exitCodes {
		b.WriteString(item(d.name, d.means))
	}
	b.WriteString("\n# FILES\n")
	b.WriteString(item("~/.steampipe/config/serpstat.spc", "Steampipe's config of the plugin, with the token; serpstat-sql login writes it"))
	b.WriteString(item("~/.cache/serpstat-sql/answers.db", "what was bought, for later runs; ~/Library/Caches on macOS"))
	fmt.Fprintf(&b, "\n# EXAMPLES\n```\n%s\n```\n", root.Example)
	return b.String()
}

// writeCommands describes subcommands, with their flags that the command itself does not have.
func writeCommands(b *strings.Builder, parent *cobra.Command) {
	for _, cmd := range parent.Commands() {
		if !cmd.IsAvailableCommand() {
			continue
		}
		fmt.Fprintf(b, "\n## %s\n%s\n", cmd.UseLine(), cmd.Long)
		writeFlags(b, cmd.LocalFlags(), cmd.Root().LocalFlags())
		if cmd.Name() != "completion" { // each shell's has a page of its own in its help
			writeCommands(b, cmd)
		}
	}
}

func writeFlags(b *strings.Builder, flags, known *pflag.FlagSet) {
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || known != nil && known.Lookup(f.Name) != nil {
			return
		}
		value, text := pflag.UnquoteUsage(f)
		name := strings.TrimSpace("--" + f.Name + " " + value)
		if f.Shorthand != "" {
			name = "-" + f.Shorthand + ", " + name
		}
		if f.DefValue == "true" {
			text += " (default true)"
		}
		b.WriteString(item(name, text))
	})
}

// item is a name with a text that is set in below it.
func item(name, text string) string {
	return fmt.Sprintf("\n**%s**\n: %s\n", name, text)
}
