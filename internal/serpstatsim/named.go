package serpstatsim

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Named is a method, a reading or a fault with its name on a command line and what it is.
type Named struct{ Name, About string }

// reading is a question with its answers by name; the first is that of the zero [Interpretations].
type reading struct {
	name, about string
	answers     []string
	set         func(r *Interpretations, answer int)
}

// question makes a reading of a switch.
func question(name, about, off, on string, field func(*Interpretations) *bool) reading {
	return reading{name, about, []string{off, on}, func(r *Interpretations, answer int) { *field(r) = answer == 1 }}
}

// MethodList returns the methods that a [Server] answers.
func MethodList() []Named {
	list := []Named{{methodStats, "credits used and left"}}
	for _, name := range slices.Sorted(maps.Keys(specs())) {
		list = append(list, Named{name, specs()[name].About})
	}
	return list
}

var interpretations = []reading{
	question("case", "text conditions and the case of letters", "ignored", "minded", func(r *Interpretations) *bool { return &r.ContainsCaseSensitive }),
	question("values", "several values in one contains", "any", "all", func(r *Interpretations) *bool { return &r.ContainsAllValues }),
	question("text", "%, _ and backslash in a text value", "literal", "pattern", func(r *Interpretations) *bool { return &r.TextIsLikePattern }),
	question("space", "white space around a text value", "kept", "trimmed", func(r *Interpretations) *bool { return &r.TextTrimmed }),
	question("between", "the ends of between", "inclusive", "exclusive", func(r *Interpretations) *bool { return &r.BetweenExclusive }),
	{"compare-types", "the compareTypes that a field takes", []string{"all", "attested", "specification"}, func(r *Interpretations, answer int) { r.CompareTypes = CompareTypes(answer) }},
	{"nofollow", "what link_nofollow contains finds", []string{"words", "substring", "whole"}, func(r *Interpretations, answer int) {
		r.NofollowSubstring, r.NofollowWhole = answer == 1, answer == 2
	}},
	question("link-type", "the words of a filter on link_type", "response", "vocabulary", func(r *Interpretations) *bool { return &r.LinkTypeVocabulary }),
	question("check", "the date that check is", "first-seen", "last-visited", func(r *Interpretations) *bool { return &r.CheckIsLastVisited }),
	question("check-precision", "what a date in check is compared by", "day", "instant", func(r *Interpretations) *bool { return &r.CheckByInstant }),
	question("link-per-domain", "when linkPerDomain is applied", "after-filter", "before-filter", func(r *Interpretations) *bool { return &r.LinkPerDomainFirst }),
	question("past-cap", "a page past the row cap", "error", "empty", func(r *Interpretations) *bool { return &r.PastCapEmpty }),
	question("numbers", "numbers in an answer", "numbers", "strings", func(r *Interpretations) *bool { return &r.NumbersAsStrings }),
	question("no-data", "an answer when nothing is found", "empty", "error", func(r *Interpretations) *bool { return &r.NoDataAsError }),
	question("lost-links", "links with a date_del outside getLostOutlinks and getLostBacklinks", "listed", "left-out", func(r *Interpretations) *bool { return &r.ActiveOnly }),
	question("lost-check", "the date that check and lastupdate of lost links are", "check", "date-del", func(r *Interpretations) *bool { return &r.LostCheckIsDeleted }),
	question("spellings", "the keys that recorded answers and schema spell differently", "recorded", "schema", func(r *Interpretations) *bool { return &r.OtherSpellings }),
	question("word-count", "the anchors of getAnchors without count", "any", "one", func(r *Interpretations) *bool { return &r.AnchorsOfOneWord }),
	question("intersect", "the donors of getIntersect", "of-any-site", "of-two-sites", func(r *Interpretations) *bool { return &r.IntersectOfTwo }),
	question("intersect-summary", "the combinations that getIntersectSummary counts a donor in", "exactly", "at-least", func(r *Interpretations) *bool { return &r.IntersectAtLeast }),
	question("summary", "what getSummaryV2 counts", "now", "a-week-ago", func(r *Interpretations) *bool { return &r.SummaryAWeekOld }),
	question("tld-summary", "where summary_info of getDistributionTLD is", "beside-result", "in-result", func(r *Interpretations) *bool { return &r.InfoInResult }),
	question("out-domains", "the rows of getOutDomains", "hosts", "domains", func(r *Interpretations) *bool { return &r.OutDomainsBySite }),
	question("url-search", "searchType url and part_url", "taken", "refused", func(r *Interpretations) *bool { return &r.NoURLSearch }),
}

// Set answers a question by its name, such as "between=exclusive".
func (rd *Interpretations) Set(s string) error {
	name, answer, ok := strings.Cut(s, "=")
	if !ok {
		return fmt.Errorf("reading %q: write name=answer, such as between=exclusive", s)
	}
	for _, r := range interpretations {
		if r.name != name {
			continue
		}
		i := slices.Index(r.answers, answer)
		if i < 0 {
			return fmt.Errorf("reading %s has no answer %q: write one of %s", name, answer, strings.Join(r.answers, ", "))
		}
		r.set(rd, i)
		return nil
	}
	return fmt.Errorf("there is no reading %q: see --list", name)
}

// ReadingList returns the questions and their answers, the one in force by default first.
func ReadingList() []Named {
	list := make([]Named, len(interpretations))
	for i, r := range interpretations {
		list[i] = Named{r.name + "=" + strings.Join(r.answers, "|"), r.about}
	}
	return list
}

var faultAbout = map[FaultKind]string{
	RateLimitedObject: "error 429 with HTTP 200", RateLimitedStatus: "HTTP 429, with Retry-After if retry-after is given",
	ServerErrorObject: "error 500 with HTTP 200", ServerErrorStatus: "HTTP 500", HTML502: "a proxy's HTML page, HTTP 502",
	CreditsExhausted: "error 402", InvalidToken: "error 403", FilterRefused: "error 32117", Redirect: "HTTP 302 to another host (location)",
	EchoToken:        "a proxy's HTML page that shows the request's URL, token included",
	RateLimited32000: "error 32000, the rate limit's, with HTTP 200", TaskNotFound: "error -32000 with HTTP 200",
	NoData: "error 32017 with HTTP 200, as for a page past the last", CutBody: "the connection ends in the middle of the answer, which is charged",
	CloseConnection: "the connection ends before the answer, which is charged", Stall: "the answer never comes", ForeignID: "the answer has another request's id",
	EmptyPage: "no rows, though total says otherwise", ShortPage: "half of the rows", SmallPages: "100 rows at most, of a page of that size",
	SamePage: "the first page, whichever is asked for", HalfTotal: "half of the total", BrokenOrder: "the page's rows in reverse",
	NegativeTotal: "a total of -1", AbsurdTotal: "a total of 2^60", HugeBody: "4 GiB of white space", DeepNesting: "a million brackets",
	WrongType: "data is a text", NulBytes: "a NUL character in a text of each row", InvalidUTF8: "bytes in a text of each row that are no UTF-8",
}

// FaultList returns the kinds of faults.
func FaultList() []Named {
	list := make([]Named, 0, len(faultAbout))
	for k := RateLimitedObject; k <= InvalidUTF8; k++ {
		list = append(list, Named{k.String(), faultAbout[k]})
	}
	return list
}

// ParseFault reads a fault such as "429-status:every=10,retry-after=2s". The settings are request, every,
// page, query, times, probability, seed, retry-after and location.
func ParseFault(s string) (Fault, error) {
	name, rest, _ := strings.Cut(s, ":")
	kind, ok := ParseFaultKind(name)
	if !ok {
		return Fault{}, fmt.Errorf("there is no fault %q: see --list", name)
	}
	f := Fault{Kind: kind}
	for setting := range strings.SplitSeq(rest, ",") {
		if rest == "" {
			break
		}
		if err := f.set(setting); err != nil {
			return f, fmt.Errorf("fault %s: %w", name, err)
		}
	}
	return f, nil
}

func (f *Fault) set(setting string) error {
	key, value, _ := strings.Cut(setting, "=")
	counts := map[string]*int{"request": &f.Request, "every": &f.Every, "page": &f.Page, "times": &f.Times}
	var err error
	switch {
	case counts[key] != nil:
		*counts[key], err = strconv.Atoi(value)
		if err == nil && *counts[key] < 1 {
			err = fmt.Errorf("%d is below 1", *counts[key])
		}
	case key == "probability":
		f.Probability, err = strconv.ParseFloat(value, 64)
		if err == nil && !(f.Probability > 0 && f.Probability <= 1) {
			err = fmt.Errorf("%g is not above 0 and at most 1", f.Probability)
		}
	case key == "seed":
		f.Seed, err = strconv.ParseUint(value, 10, 64)
	case key == "retry-after":
		f.RetryAfter, err = time.ParseDuration(value)
	case key == "query":
		f.Query = value
	case key == "location":
		f.Location = value
	default:
		return fmt.Errorf("there is no setting %q: write request, every, page, query, times, probability, seed, retry-after or location", key)
	}
	if err != nil {
		return fmt.Errorf("setting %q: %w", setting, err)
	}
	return nil
}
