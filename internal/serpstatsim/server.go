// Package serpstatsim simulates Serpstat's API as far as this project uses it: getStats and the backlinks family, the
// methods that list and count links, what they have in common, and what is dangerous among them (a file each in spec),
// with validation, sorting, paging, complexFilter, credits, the row cap, the rate limit, and faults on demand. Serpstat
// has no sandbox; reports are developed and this project is tested against this one.
//
// All methods show one world of links: what is an outlink of one domain is a backlink of another, and what some methods
// list the others count. How links become rows is a grouping (group.go); a spec names it, and says of the method what
// the documentation does: no code knows a method by its name, but getStats.
//
// It is written from the specification and from what is publicly known, and shares no code with the client
// or the planner, so that it cannot share their mistakes. What nobody knows is a switch in [Interpretations].
package serpstatsim

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Row is a link as getOutlinks returns it.
type Row struct {
	URLFrom     string  `json:"url_from"`
	URLTo       string  `json:"url_to"`
	Nofollow    string  `json:"nofollow"`
	LinkType    string  `json:"link_type"`
	LinksExt    int64   `json:"links_ext"`
	LinkText    string  `json:"link_text"`
	FirstSeen   string  `json:"first_seen"`
	LastVisited string  `json:"last_visited"`
	DateDel     *string `json:"date_del"`
}

// Options of a [Server]. The zero value answers every token, has no data, no rate limit and no faults.
type Options struct {
	Token             string           // "" takes any token but the empty one
	Domains           map[string][]Row // the links from each domain's pages, lower case; those of its subdomains included
	Interpretations   Interpretations
	RowCap            int           // 0 is 60000
	RequestsPerSecond float64       // more are answered with error 429; 0 is no limit
	Latency           time.Duration // of every answer
	MaxLines          int64         // credits of the plan; 0 is 1000000
	Faults            []Fault
	Threats           func(site string) *Threat // why a registrable domain is malicious, nil if it is not; a nil func makes up some. It must not call the server
	OnRequest         func(Request)             // told of every request after its answer; calls may be concurrent
	Before            func(number int)          // called before a request is handled, to change data meanwhile (SetRows …)
	Now               func() time.Time          // nil is time.Now
}

// Request is one request as it was answered.
type Request struct {
	Number        int // from 1
	At            time.Time
	Method        string
	Query         string
	SearchType    string
	Sort, Order   string
	Page, Size    int
	LinkPerDomain int
	ComplexFilter string   // JSON, "" is none
	Anchor        string   // of getAnchors, "" is any
	WordCount     string   // count of getAnchors, "" is left out
	Intersect     []string // the sites that query is compared with
	Lang          string   // of getDistributionTLD
	Rows          int
	Total         int64 // rows that the request is about, on all pages
	Credits       int64
	ErrorCode     int           // of an error object or HTTP status, 0 is none
	Fault         string        // the fault that was played, "" is none
	Duration      time.Duration // until the answer was written
}

// Server is the simulated API, an http.Handler. It is safe for concurrent use.
type Server struct {
	mu       sync.Mutex
	opts     Options
	data     map[string][]Row
	requests []*Request
	credits  int64
	allowed  []time.Time // of the requests that the rate limit counts
	played   []int       // times each fault was played
	world    *world      // of data, once it was asked for
	listings map[listingKey]*listing
	views    map[string]*view
	closed   chan struct{}
}

// New makes a server.
func New(o Options) *Server {
	if o.RowCap == 0 {
		o.RowCap = 60000
	}
	if o.MaxLines == 0 {
		o.MaxLines = 1000000
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Threats == nil {
		o.Threats = madeUpThreat
	}
	return &Server{
		opts: o, data: maps.Collect(maps.All(o.Domains)), listings: map[listingKey]*listing{}, views: map[string]*view{},
		played: make([]int, len(o.Faults)), closed: make(chan struct{}),
	}
}

// Close releases stalled answers.
func (s *Server) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.closed:
	default:
		close(s.closed)
	}
}

// Requests returns the log of requests, in the order in which they came.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	log := make([]Request, len(s.requests))
	for i, r := range s.requests {
		log[i] = *r
	}
	return log
}

// Credits returns the credits spent.
func (s *Server) Credits() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.credits
}

// Reset forgets the requests, the credits spent, the rate so far and how often faults were played.
func (s *Server) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests, s.credits, s.allowed, s.played = nil, 0, nil, make([]int, len(s.opts.Faults))
}

// SetFaults replaces the faults.
func (s *Server) SetFaults(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opts.Faults, s.played = faults, make([]int, len(faults))
}

// SetInterpretations replaces the interpretations.
func (s *Server) SetInterpretations(r Interpretations) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opts.Interpretations, s.views = r, map[string]*view{}
}

// SetRows replaces the rows of a domain.
func (s *Server) SetRows(domain string, rows []Row) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.data[domain] = rows
	s.forget(domain)
}

const methodStats = "SerpstatLimitsProcedure.getStats"

// Codes of JSON-RPC 2.0 itself; Serpstat's own are positive.
const (
	codeParseError     = -32700
	codeInvalidRequest = -32600
	codeMethodNotFound = -32601
)

type rpcError struct {
	code    int
	message string
}

func (e *rpcError) Error() string { return fmt.Sprintf("error %d: %s", e.code, e.message) }

// Domains returns the names of the domains that have rows, sorted.
func (s *Server) Domains() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.data))
}

// call is a JSON-RPC request.
type call struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
}

// ServeHTTP answers one JSON-RPC request. Answers are HTTP 200, errors included, but for another method
// than POST and for faults.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return
	}
	var c call
	invalid := readCall(body, &c)
	logged, fault := s.begin(c)
	defer s.tell(logged)
	if !s.wait(r) {
		panic(http.ErrAbortHandler)
	}
	entry, id := *logged, c.ID
	answered, rpcErr := s.answer(r, c, invalid, &entry, fault)
	if rpcErr != nil {
		entry.ErrorCode = rpcErr.code
	}
	if fault != nil {
		entry.Fault = fault.Kind.String()
		if fault.Kind == ForeignID {
			id = json.RawMessage(`"another"`)
		}
	}
	s.finish(logged, entry)
	answer := encodeAnswer(id, answered, rpcErr)
	if fault != nil && fault.play(w, r, s.closed, id, answer) {
		return
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		writeAnswer(w, http.StatusMethodNotAllowed, answer)
		return
	}
	writeAnswer(w, http.StatusOK, answer)
}

// readCall reads a JSON-RPC request; where there is no id it is null.
func readCall(body []byte, c *call) *rpcError {
	err := json.Unmarshal(body, c)
	if len(c.ID) == 0 {
		c.ID = json.RawMessage("null")
	}
	switch {
	case !json.Valid(body):
		return &rpcError{codeParseError, "Parse error"}
	case err != nil || c.Method == "":
		return &rpcError{codeInvalidRequest, "Invalid Request"}
	}
	return nil
}

// answer is what the API says to a call, before a fault spoils it.
func (s *Server) answer(r *http.Request, c call, invalid *rpcError, entry *Request, fault *Fault) (result, *rpcError) {
	switch {
	case fault != nil && !fault.Kind.spoilsAnswer():
		return result{}, fault.rpcError()
	case r.Method != http.MethodPost:
		return result{}, &rpcError{codeInvalidRequest, "Invalid Request"}
	case invalid != nil:
		return result{}, invalid
	case !s.tokenOK(r):
		return result{}, &rpcError{403, "Invalid token"}
	case s.tooFast(entry.At):
		return result{}, &rpcError{429, "Query frequency exceeded"}
	}
	return s.dispatch(c.Method, c.Params, entry, fault)
}

// wait is the latency. It is false when the client left or the server was closed meanwhile.
func (s *Server) wait(r *http.Request) bool {
	if s.opts.Latency <= 0 {
		return true
	}
	timer := time.NewTimer(s.opts.Latency)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
	case <-s.closed:
	}
	return false
}

// begin logs a request's arrival and chooses its fault.
func (s *Server) begin(c call) (*Request, *Fault) {
	page := 1
	var sent struct {
		Page  *int   `json:"page"`
		Query string `json:"query"`
	}
	_ = json.Unmarshal(c.Params, &sent) // what cannot be read is told later, by the method
	if sent.Page != nil {
		page = *sent.Page
	}
	if specs()[c.Method] == nil {
		page = 0
	}
	s.mu.Lock()
	number := len(s.requests) + 1
	logged := &Request{Number: number, At: s.opts.Now(), Method: c.Method}
	s.requests = append(s.requests, logged)
	before := s.opts.Before
	s.mu.Unlock()
	if before != nil {
		before(number)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return logged, s.fault(number, page, sent.Query)
}

// finish logs the outcome. The entry may be of a log that was reset meanwhile; then nobody sees it.
func (s *Server) finish(logged *Request, entry Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	*logged = entry
}

// tell passes a request on after its answer, or after what became of it.
func (s *Server) tell(logged *Request) {
	s.mu.Lock()
	logged.Duration = s.opts.Now().Sub(logged.At)
	told, entry := s.opts.OnRequest, *logged
	s.mu.Unlock()
	if told != nil {
		told(entry)
	}
}

func (s *Server) tokenOK(r *http.Request) bool {
	token := cmp.Or(r.URL.Query().Get("token"), r.Header.Get("token")) // the header is what Serpstat's own connector sends
	return token != "" && (s.opts.Token == "" || token == s.opts.Token)
}

// tooFast allows n = max(1, RequestsPerSecond) requests in any n/RequestsPerSecond seconds, as a count per
// second does. The window is 5 % short, so that a client that keeps the rate is not refused for the jitter
// of its network. Refused requests do not count.
func (s *Server) tooFast(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.opts.RequestsPerSecond <= 0 {
		return false
	}
	n := max(1, int(s.opts.RequestsPerSecond))
	window := time.Duration(0.95 * float64(n) / s.opts.RequestsPerSecond * float64(time.Second))
	if len(s.allowed) >= n {
		if now.Sub(s.allowed[len(s.allowed)-n]) < window {
			return true
		}
		s.allowed = slices.Clone(s.allowed[len(s.allowed)-n+1:])
	}
	s.allowed = append(s.allowed, now)
	return false
}

func (s *Server) dispatch(method string, raw json.RawMessage, entry *Request, fault *Fault) (result, *rpcError) {
	if method == methodStats {
		return result{inside: s.getStats()}, nil
	}
	if sp := specs()[method]; sp != nil {
		return s.list(sp, raw, entry, fault)
	}
	return result{}, &rpcError{codeMethodNotFound, "Method not found"}
}

func (s *Server) getStats() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	num := s.opts.Interpretations.number
	left := num(s.opts.MaxLines - s.credits)
	return fmt.Appendf(nil, `{"data":{"max_lines":%s,"used_lines":%s,"left_lines":%s,"user_info":{"user_id":"555","ga_client_Id":"1.2","plan_id":"2028"},`+
		`"plugin_limits":{"hasApiPlugin":true,"delayBetweenRequests":%s,"total":%s,"used":%s,"left":%s}},"summary_info":{"left_lines":%s}}`,
		num(s.opts.MaxLines), num(s.credits), left, num(1), num(10000), num(10), num(9990), left)
}
