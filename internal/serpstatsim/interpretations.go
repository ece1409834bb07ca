package serpstatsim

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
)

// Interpretations are the answers to the questions that Serpstat's documentation leaves open. The zero value is the
// likeliest reading of each.
type Interpretations struct {
	ContainsCaseSensitive bool         // contains and notContains tell A from a
	ContainsAllValues     bool         // several values in one contains: all of them (else any)
	TextIsLikePattern     bool         // %, _ and backslash in a value are special
	TextTrimmed           bool         // a value's outer white space is dropped
	BetweenExclusive      bool         // between leaves its ends out
	CompareTypes          CompareTypes // which compareTypes a field takes
	NofollowSubstring     bool         // link_nofollow contains follow keeps nofollow too (else words; it wins over NofollowWhole)
	NofollowWhole         bool         // link_nofollow contains ugc keeps neither nofollow,ugc nor UGC (else any of the words, in any case)
	LinkTypeVocabulary    bool         // a filter on link_type calls href otherwise, so that href finds nothing
	CheckIsLastVisited    bool         // check is the last visit (else the first detection)
	CheckByInstant        bool         // check lte D means midnight of D (else the whole day)
	LinkPerDomainFirst    bool         // linkPerDomain before the filter (else after it)
	PastCapEmpty          bool         // a page past the cap is empty (else error 402)
	NumbersAsStrings      bool         // numbers are strings of digits
	NoDataAsError         bool         // nothing found is error 32017 (else empty data)
	ActiveOnly            bool         // the methods that are not about lost links leave them out (else they list and count them too)
	LostCheckIsDeleted    bool         // check and lastupdate of lost links are date_del (else as CheckIsLastVisited says)
	OtherSpellings        bool         // keys are those of the schema where the recorded answers have others
	AnchorsOfOneWord      bool         // getAnchors without count is about anchors of one word (else about all)
	IntersectOfTwo        bool         // getIntersect lists donors of at least two of the sites (else of any)
	IntersectAtLeast      bool         // getIntersectSummary counts a donor in every combination whose sites it links to (else in the one that it links to exactly)
	SummaryAWeekOld       bool         // getSummaryV2 tells what was a week before the world's last day (else what the lists have)
	InfoInResult          bool         // summary_info is in result, as the schema has it, where the recorded answer has it beside (getDistributionTLD)
	OutDomainsBySite      bool         // getOutDomains has a row for each registrable domain (else for each host)
	NoURLSearch           bool         // searchType url and part_url are refused, as the newest enum has it (else taken)
}

// CompareTypes is which compareTypes the fields of complexFilter take; another one is error 32117.
type CompareTypes int

// The readings of [CompareTypes].
const (
	AllowAll      CompareTypes = iota // every one
	AllowAttested                     // those that some public page shows
	AllowSpecOnly                     // those that the specification shows for the very field
)

// allowed reports whether a field takes a compareType.
func (c CompareTypes) allowed(f filterField, compareType string) bool {
	switch c {
	case AllowAttested:
		return slices.Contains(f.Attested, compareType)
	case AllowSpecOnly:
		return slices.Contains(f.Recorded, compareType)
	}
	return true
}

// AllInterpretations returns every combination of those that the result of a filter of getOutlinks depends on.
// The others vary with them, but for those about lost links, which are in their zero state.
func AllInterpretations() []Interpretations {
	var all []Interpretations
	for bits := range 1 << 9 {
		on := func(i int) bool { return bits>>i&1 == 1 }
		for c := AllowAll; c <= AllowSpecOnly; c++ {
			for nofollow := range 3 {
				all = append(all, Interpretations{
					ContainsCaseSensitive: on(0), ContainsAllValues: on(1), TextIsLikePattern: on(2), TextTrimmed: on(3),
					BetweenExclusive: on(4), CheckIsLastVisited: on(5), CheckByInstant: on(6), LinkPerDomainFirst: on(7), LinkTypeVocabulary: on(8),
					NofollowSubstring: nofollow == 1, NofollowWhole: nofollow == 2, CompareTypes: c,
					NumbersAsStrings: on(0), NoDataAsError: on(1), PastCapEmpty: on(2),
				})
			}
		}
	}
	return all
}

// RandomInterpretations returns one combination of all, each answer as likely as the others.
func RandomInterpretations(r *rand.Rand) Interpretations {
	coin := func() bool { return r.IntN(2) == 1 }
	return Interpretations{
		ContainsCaseSensitive: coin(), ContainsAllValues: coin(), TextIsLikePattern: coin(), TextTrimmed: coin(),
		BetweenExclusive: coin(), CompareTypes: CompareTypes(r.IntN(3)), NofollowSubstring: coin(), NofollowWhole: coin(),
		LinkTypeVocabulary: coin(), CheckIsLastVisited: coin(), CheckByInstant: coin(), LinkPerDomainFirst: coin(),
		PastCapEmpty: coin(), NumbersAsStrings: coin(), NoDataAsError: coin(),
		ActiveOnly: coin(), LostCheckIsDeleted: coin(), OtherSpellings: coin(),
		AnchorsOfOneWord: coin(), IntersectOfTwo: coin(), IntersectAtLeast: coin(), SummaryAWeekOld: coin(), InfoInResult: coin(),
		OutDomainsBySite: coin(), NoURLSearch: coin(),
	}
}

// Pairs are the answers to each two of the questions that were tried together.
type Pairs map[string]bool

// Add notes a combination that is tried.
func (p Pairs) Add(tried Interpretations) {
	answers := answersOf(tried)
	for i, a := range answers {
		for _, b := range answers[:i] {
			p[b+" "+a] = true
		}
	}
}

// Missing are those that were not tried.
func (p Pairs) Missing() (list []string) {
	of := reflect.TypeFor[Interpretations]()
	for i := range of.NumField() {
		for j := range i {
			for _, a := range possible(of.Field(i)) {
				for _, b := range possible(of.Field(j)) {
					if pair := b + " " + a; !p[pair] {
						list = append(list, pair)
					}
				}
			}
		}
	}
	return list
}

func answersOf(tried Interpretations) (list []string) {
	v := reflect.ValueOf(tried)
	for i := range v.NumField() {
		list = append(list, fmt.Sprintf("%s=%v", v.Type().Field(i).Name, v.Field(i)))
	}
	return list
}

func possible(question reflect.StructField) []string {
	if question.Type.Kind() == reflect.Bool {
		return []string{question.Name + "=false", question.Name + "=true"}
	}
	var list []string
	for c := AllowAll; c <= AllowSpecOnly; c++ {
		list = append(list, fmt.Sprintf("%s=%d", question.Name, c))
	}
	return list
}
