package sqlcli

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/mitchellh/go-wordwrap"
	"github.com/spf13/cobra"
)

// screenWidth is how many columns help and doctor take: those of a terminal that nobody has made wider.
const screenWidth = 80

// described is a name and what it means, as help and man page show it.
type described struct{ name, means string }

// environment are the variables that the command reads.
var environment = []described{
	{"SERPSTAT_API_TOKEN", "the API token, where --config has none"},
	{"SERPSTAT_API_URL", "the API's address, such as that of serpstat-sim"},
	{"SERPSTAT_REQUESTS_PER_SECOND", "how many a second the plan allows (1)"},
	{"SERPSTAT_MAX_CREDITS", "the most credits that a run may spend"},
	{envAskAbove, "what it may spend without a word (1000)"},
	{"SERPSTAT_CACHE_TTL", "how old answers of earlier runs may be (1h)"},
	{envCacheSize, "how much of them is kept, such as 200MB"},
	{"STEAMPIPE_INSTALL_DIR", "where Steampipe is (~/.steampipe)"},
	{"STEAMPIPE_LOG_LEVEL", "DEBUG logs each request, never the token"},
	{"HTTPS_PROXY, NO_PROXY", "the proxy, and hosts that need none"},
}

// exitCodes are what the command ends with.
var exitCodes = []described{
	{fmt.Sprint(exitOK), "done; also where the reader of the output has left, as with | head"},
	{fmt.Sprint(exitFailed), "a statement is wrong, or cannot be answered"},
	{fmt.Sprint(exitUsage), "the command line, the config or the token is wrong"},
	{fmt.Sprint(exitAPI), "Serpstat cannot be reached, or refuses"},
	{fmt.Sprint(exitGuard), "it would cost more than was allowed, or than is left"},
	{fmt.Sprint(exitIncomplete), "rows stay away; what there is comes with --allow-incomplete"},
	{fmt.Sprint(exitAlarm), "--fail-on-rows or --fail-on-empty"},
	{fmt.Sprint(exitInterrupted), "interrupted by Ctrl-C"},
}

// usageText is cobra's template with flags that fit into a terminal of 80 columns, and with what holds for all commands.
func usageText() string {
	var b strings.Builder
	b.WriteString(`Usage:{{if .Runnable}}
  {{.UseLine}}{{end}}{{if .HasAvailableSubCommands}}
  {{.CommandPath}} [command]{{end}}{{if .HasExample}}

Examples:
{{.Example}}{{end}}{{if .HasAvailableSubCommands}}

Commands:{{range .Commands}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}{{end}}{{if .HasAvailableLocalFlags}}

Flags:
{{.LocalFlags.FlagUsagesWrapped ` + strconv.Itoa(screenWidth) + ` | trimTrailingWhitespaces}}{{end}}{{if not .HasParent}}

`)
	list := func(title string, all []described) {
		width := 0
		for _, d := range all {
			width = max(width, len(d.name))
		}
		b.WriteString(title + ":\n")
		for _, d := range all {
			fmt.Fprintf(&b, "  %-*s  %s\n", width, d.name, d.means)
		}
	}
	list("Environment", environment)
	b.WriteString("\n")
	list("Exit codes", exitCodes)
	b.WriteString(`
serpstat-sql COMMAND --help says more about a command.{{end}}
`)
	return b.String()
}

// wrapped is a text in lines of so many columns.
func wrapped(text string, width int) string { return wordwrap.WrapString(text, uint(width)) }

// describe gives a command and its subcommands their help.
func describe(root *cobra.Command) {
	root.SetUsageTemplate(usageText())
	fill(root)
}

// fill wraps what a command and its subcommands say of themselves.
func fill(cmd *cobra.Command) {
	cmd.Long = filled(cmd.Long)
	for _, sub := range cmd.Commands() {
		fill(sub)
	}
}

// filled is a text with lines that fit into a terminal, but for paragraphs that are set in.
func filled(text string) string {
	paragraphs := strings.Split(text, "\n\n")
	for i, p := range paragraphs {
		if !strings.Contains("\n"+p, "\n ") && !strings.Contains(p, "\t") {
			paragraphs[i] = wordwrap.WrapString(strings.Join(strings.Fields(p), " "), screenWidth)
		}
	}
	return strings.Join(paragraphs, "\n\n")
}
