package serpstatsim

// Readings are the answers to the questions that Serpstat's documentation leaves open. The zero value is the
// likeliest reading of each.
type Readings struct {
	ContainsCaseSensitive bool         // contains and notContains tell A from a
	ContainsAllValues     bool         // several values in one contains: all of them (else any)
	TextIsLikePattern     bool         // %, _ and backslash in a value are special
	TextTrimmed           bool         // a value's outer white space is dropped
	BetweenExclusive      bool         // between leaves its ends out
	CompareTypes          CompareTypes // which compareTypes a field takes
	NofollowSubstring     bool         // link_nofollow contains follow keeps nofollow too
	CheckIsLastVisited    bool         // check is the last visit (else the first detection)
	CheckByInstant        bool         // check lte D means midnight of D (else the whole day)
	LinkPerDomainFirst    bool         // linkPerDomain before the filter (else after it)
	PastCapEmpty          bool         // a page past the cap is empty (else error 402)
	NumbersAsStrings      bool         // numbers are strings of digits
	NoDataAsError         bool         // nothing found is error 32017 (else empty data)
}

// CompareTypes is which compareTypes the fields of complexFilter take; another one is error 32117.
type CompareTypes int

// The readings of [CompareTypes].
const (
	AllowAll      CompareTypes = iota // every one
	AllowAttested                     // those that some public page shows
	AllowSpecOnly                     // those that the specification shows for the very field
)

// allowed reports whether a field takes a compareType. link_type has a vocabulary of its own and is never
// right to filter by; it takes what a text takes.
func (c CompareTypes) allowed(field, compareType string) bool {
	contains := compareType == "contains" || compareType == "notContains"
	switch {
	case c == AllowAll || contains:
		return true
	case field == "links_external" && c == AllowAttested, field == "check" && c == AllowAttested:
		return compareType == "lte" || compareType == "gte" || compareType == "between"
	case field == "links_external":
		return compareType == "lte" || compareType == "between"
	case field == "check":
		return compareType == "lte"
	}
	return false
}

// AllReadings returns every combination of the readings that a filter's result depends on.
func AllReadings() []Readings {
	var all []Readings
	for bits := range 1 << 9 {
		on := func(i int) bool { return bits>>i&1 == 1 }
		for c := AllowAll; c <= AllowSpecOnly; c++ {
			all = append(all, Readings{
				ContainsCaseSensitive: on(0), ContainsAllValues: on(1), TextIsLikePattern: on(2), TextTrimmed: on(3),
				BetweenExclusive: on(4), NofollowSubstring: on(5), CheckIsLastVisited: on(6), CheckByInstant: on(7),
				NumbersAsStrings: on(8), NoDataAsError: on(8), PastCapEmpty: on(8), LinkPerDomainFirst: on(8), CompareTypes: c,
			})
		}
	}
	return all
}
