// Package spelling finds what a word that nobody knows was meant to be.
package spelling

import (
	"slices"
	"strings"

	"github.com/agext/levenshtein"
)

// Nearest are the known words that at most so many slips of the fingers make a word of: of those that take the fewest all,
// each once, since nothing tells them apart. Capitals are as good as small letters.
func Nearest(word string, most int, known []string) (best []string) {
	for _, k := range known {
		switch slips := levenshtein.Distance(strings.ToLower(word), strings.ToLower(k), nil); {
		case slips < most || slips == most && len(best) == 0:
			best, most = []string{k}, slips
		case slips == most && !slices.Contains(best, k):
			best = append(best, k)
		}
	}
	return best
}
