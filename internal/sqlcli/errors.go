package sqlcli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/agext/levenshtein"
)

// usageError is a mistake in the command line or in a file that it names.
type usageError struct{ error }

func usage(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// explainError says SQLite's errors in plainer words.
func (s *session) explainError(err error) error {
	if err == nil {
		return nil
	}
	if strings.HasPrefix(err.Error(), "no Serpstat API token") || strings.HasPrefix(err.Error(), "the Serpstat API token is empty") {
		return fmt.Errorf("%w; serpstat-sql also takes --token-file and --config, and --demo needs none", err)
	}
	message, ours := strings.CutPrefix(err.Error(), "SQL logic error: ")
	if !ours {
		return err
	}
	message = strings.TrimSuffix(message, " (1)")
	return errors.New(message + s.hint(message))
}

// hint says what a name that SQLite does not know may be meant for, and where to look.
func (s *session) hint(message string) string {
	kind, name, _ := strings.Cut(message, ": ")
	var known []string
	for _, t := range s.engine.Tables() {
		switch kind {
		case "no such table":
			known = append(known, t.Name)
		case "no such column":
			for _, c := range t.Columns {
				known = append(known, c.Name)
			}
		}
	}
	if known == nil {
		return ""
	}
	where := " (serpstat-sql --tables lists the tables, --tables TABLE its columns)"
	if near := nearest(name[strings.LastIndexByte(name, '.')+1:], known); near != "" {
		return ": did you mean " + near + "?" + where
	}
	return where
}

// nearest is the known name that a slip of the fingers makes the given one of, or "": three letters may be wrong,
// and of a short name a third.
func nearest(name string, known []string) (best string) {
	least := min(3, len(name)/3) + 1
	for _, k := range known {
		if d := levenshtein.Distance(strings.ToLower(name), k, nil); d < least {
			best, least = k, d
		}
	}
	return best
}
