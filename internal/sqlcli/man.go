package sqlcli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// newManCommand is for those who package the command: it writes its page for man.
func newManCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "man",
		Short:  "Write the page for man, in roff",
		Args:   cobra.NoArgs,
		Hidden: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			root := cmd.Root()
			root.Long = manText(root)
			root.DisableAutoGenTag = true // of the day on which it was made
			return doc.GenMan(root, &doc.GenManHeader{Title: "SERPSTAT-SQL", Section: "1", Source: "serpstat-sql", Manual: "Serpstat in SQL"}, cmd.OutOrStdout())
		},
	}
}

// manText is all that the page says beside flags and examples, in the Markdown that cobra makes roff of.
func manText(root *cobra.Command) string {
	var b strings.Builder
	b.WriteString(root.Long)
	b.WriteString("\n\n# COMMANDS\n")
	for _, cmd := range root.Commands() {
		if cmd.IsAvailableCommand() {
			fmt.Fprintf(&b, "\n## %s\n%s\n", cmd.UseLine(), cmd.Long)
		}
	}
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
	return b.String()
}

// item is a name with a text that is set in below it.
func item(name, text string) string {
	return fmt.Sprintf("\n**%s**\n: %s\n", name, text)
}
