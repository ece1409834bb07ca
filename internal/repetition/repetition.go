// Package repetition says how often the tests repeat what they try: make test-long repeats more. What a test tries is
// the same in both.
package repetition

import "os"

// Times is short, or long in make test-long.
func Times(short, long int) int {
	if os.Getenv("SERPSTAT_LONG") != "" {
		return long
	}
	return short
}
