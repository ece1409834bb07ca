package reporthtml

import (
	"strings"

	"github.com/turbot/steampipe-plugin-serpstat/internal/output"
)

// minus writes the sign of a number as wide as a plus.
func minus(s string) string { return strings.Replace(s, "-", "−", 1) }

// shown is a text of which nothing is invisible.
func shown(s string) string { return output.VisibleLines(strings.TrimSpace(s)) }

// paragraphs are those of a text, which empty lines part.
func paragraphs(s string) (all []string) {
	var lines []string
	end := func() {
		if lines != nil {
			all = append(all, strings.Join(lines, " "))
		}
		lines = nil
	}
	for _, line := range strings.Split(shown(s), "\n") {
		if line = strings.TrimSpace(line); line == "" {
			end()
		} else {
			lines = append(lines, line)
		}
	}
	end()
	return all
}

// words is the name of a column or a parameter as people read it.
func words(name string) string { return strings.TrimSpace(strings.ReplaceAll(shown(name), "_", " ")) }
