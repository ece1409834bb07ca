package sqlcli

import (
	"fmt"
	"strings"

	"github.com/mitchellh/go-wordwrap"
	"github.com/turbot/steampipe-plugin-serpstat/internal/output"
)

// nameWidth is how many columns of doctor's screen say what the others are about.
const nameWidth = 10

// say prints what is found about something, wrapped.
func (s *session) say(name, format string, args ...any) {
	text := wordwrap.WrapString(output.Visible(fmt.Sprintf(format, args...)), screenWidth-nameWidth)
	for line := range strings.Lines(text) {
		fmt.Fprintf(s.stdout, "%-*s%s\n", nameWidth, name, strings.TrimSuffix(line, "\n"))
		name = ""
	}
}
