package output

import (
	"strings"

	"github.com/rivo/uniseg"
)

const ellipsis = "…"

// width is how many columns of a terminal a text takes.
func width(s string) int { return uniseg.StringWidth(s) }

// Shorten cuts a text to a width: an address in its middle, as its end tells as much as its beginning, others at their
// end.
func Shorten(s string, most int) string {
	if width(s) <= most {
		return s
	}
	if most < 1 {
		return ""
	}
	room := most - width(ellipsis)
	tail := 0
	if isAddress(s) {
		tail = room / 2
	}
	return head(s, room-tail) + ellipsis + end(s, tail)
}

// head is the longest beginning of a text that fits, in whole characters.
func head(s string, most int) string {
	rest, state, length, taken := s, -1, 0, 0
	for rest != "" {
		var cluster string
		var w int
		cluster, rest, w, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if taken += w; taken > most {
			break
		}
		length += len(cluster)
	}
	return s[:length]
}

// end is the longest end of a text that fits, in whole characters.
func end(s string, most int) string {
	const around = 64 // bytes of a column of the terminal, at most: what is before can be passed over
	from := max(0, len(s)-most*around)
	for from > 0 && from < len(s) && s[from]&0xC0 == 0x80 {
		from++
	}
	rest, state, left := s[from:], -1, width(s[from:])
	for rest != "" && left > most {
		var w int
		_, rest, w, state = uniseg.FirstGraphemeClusterInString(rest, state)
		left -= w
	}
	return rest
}

// pad fills a text up to a width.
func pad(s string, to int, right bool) string {
	blanks := strings.Repeat(" ", max(0, to-width(s)))
	if right {
		return blanks + s
	}
	return s + blanks
}
