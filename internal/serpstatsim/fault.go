package serpstatsim

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Fault is something that goes wrong with an answer. Request, Every and Probability choose the requests, each
// on its own; a fault that names none of them is played on every one. Page, Query and Times narrow the choice. Of
// several faults that are chosen the first is played. One that is about pages, rows or total leaves an answer that has
// none of them as it is.
type Fault struct {
	Kind        FaultKind
	Request     int           // the number of the request, from 1
	Every       int           // every Nth request
	Probability float64       // of each request, decided by Seed and the request's number
	Seed        uint64        // another one chooses other requests
	Page        int           // only requests for this page of rows, which is 1 where there are no pages; 0 is any request
	Query       string        // only requests about this domain; "" is any request
	Times       int           // at most so often; 0 is without end
	RetryAfter  time.Duration // of RateLimitedStatus; sent in whole seconds, rounded up, 0 is not sent
	Location    string        // of Redirect; "" is another host with the request's path and query, token included
}

// FaultKind is what goes wrong.
type FaultKind int

// The kinds of faults. Answers that are spoiled after they were made cost credits, errors do not.
const (
	RateLimitedObject FaultKind = iota + 1 // error 429 with HTTP 200
	RateLimitedStatus                      // HTTP 429 with Retry-After
	ServerErrorObject                      // error 500 with HTTP 200
	ServerErrorStatus                      // HTTP 500
	HTML502                                // a proxy's page, HTTP 502
	CreditsExhausted                       // error 402
	InvalidToken                           // error 403
	FilterRefused                          // error 32117, whatever the filter is
	Redirect                               // HTTP 302 to another host
	EchoToken                              // an HTML page that shows the request's URL
	RateLimited32000                       // error 32000 with HTTP 200
	TaskNotFound                           // error -32000 with HTTP 200
	NoData                                 // error 32017 with HTTP 200
	CutBody                                // the connection ends in the middle of the body
	CloseConnection                        // the connection ends before the answer
	Stall                                  // the answer never comes
	ForeignID                              // the answer is another request's
	EmptyPage                              // no rows, though total says otherwise
	ShortPage                              // half of the rows
	SmallPages                             // 100 rows at most, of a page of that size
	SamePage                               // the first page, whichever is asked for
	HalfTotal                              // total is half of what it is
	BrokenOrder                            // the page's rows in reverse
	NegativeTotal
	AbsurdTotal
	HugeBody    // gigabytes
	DeepNesting // a million brackets
	WrongType   // data is a text
	NulBytes    // a NUL character in a text of each row
	InvalidUTF8 // bytes that are not UTF-8 in a text of each row
)

var faultNames = map[FaultKind]string{
	RateLimitedObject: "429-object", RateLimitedStatus: "429-status", ServerErrorObject: "500-object", ServerErrorStatus: "500-status",
	HTML502: "502-html", CreditsExhausted: "402", InvalidToken: "403", FilterRefused: "32117", Redirect: "redirect", EchoToken: "echo-token",
	RateLimited32000: "32000", TaskNotFound: "-32000", NoData: "32017", CutBody: "cut-body",
	CloseConnection: "close", Stall: "stall", ForeignID: "foreign-id", EmptyPage: "empty-page", ShortPage: "short-page",
	SmallPages: "small-pages", SamePage: "same-page", HalfTotal: "half-total", BrokenOrder: "broken-order", NegativeTotal: "negative-total", AbsurdTotal: "absurd-total", HugeBody: "huge-body",
	DeepNesting: "deep-nesting", WrongType: "wrong-type", NulBytes: "nul-bytes", InvalidUTF8: "invalid-utf8",
}

func (k FaultKind) String() string { return faultNames[k] }

// ParseFaultKind finds a kind by its name.
func ParseFaultKind(name string) (FaultKind, bool) {
	for k, n := range faultNames {
		if n == name {
			return k, true
		}
	}
	return 0, false
}

// FaultNames lists the names of all kinds.
func FaultNames() []string {
	var names []string
	for k := RateLimitedObject; k <= InvalidUTF8; k++ {
		names = append(names, k.String())
	}
	return names
}

// spoilsAnswer reports faults that happen to an answer which was made, and charged.
func (k FaultKind) spoilsAnswer() bool { return k >= CutBody }

// fault chooses the fault of a request. The caller holds the lock.
func (s *Server) fault(number, page int, query string) *Fault {
	for i := range s.opts.Faults {
		f := &s.opts.Faults[i]
		if f.chooses(number, uint64(i)) && f.concerns(page, query) && (f.Times == 0 || s.played[i] < f.Times) {
			s.played[i]++
			return f
		}
	}
	return nil
}

func (f *Fault) concerns(page int, query string) bool {
	return (f.Page == 0 || f.Page == page) && (f.Query == "" || f.Query == query)
}

func (f *Fault) chooses(number int, index uint64) bool {
	if f.Request == 0 && f.Every == 0 && f.Probability == 0 {
		return true
	}
	return f.Request == number || f.Every > 0 && number%f.Every == 0 ||
		f.Probability > 0 && rand.New(rand.NewPCG(uint64(number), f.Seed<<8+index)).Float64() < f.Probability
}

func (f *Fault) rpcError() *rpcError {
	switch f.Kind {
	case RateLimitedObject:
		return &rpcError{429, "Too many queries"}
	case RateLimitedStatus:
		return &rpcError{429, ""}
	case ServerErrorObject, ServerErrorStatus:
		return &rpcError{500, "Internal error"}
	case HTML502, EchoToken:
		return &rpcError{502, ""}
	case CreditsExhausted:
		return &rpcError{402, "Plan credits exceeded"}
	case InvalidToken:
		return &rpcError{403, "Invalid token"}
	case FilterRefused:
		return &rpcError{32117, "Not allowed params for filter"}
	case RateLimited32000:
		return &rpcError{32000, "Too many queries"}
	case TaskNotFound:
		return &rpcError{-32000, "Task not found"}
	case NoData:
		return &rpcError{32017, "Data not found"}
	}
	return &rpcError{302, ""}
}

// spoilRows changes a page's encoded rows; textKey is the key of a text in them.
func (k FaultKind) spoilRows(rows [][]byte, textKey string) [][]byte {
	switch k {
	case EmptyPage:
		return nil
	case ShortPage:
		return rows[:(len(rows)+1)/2]
	case BrokenOrder:
		rows = slices.Clone(rows)
		slices.Reverse(rows)
	case NulBytes, InvalidUTF8:
		bad := map[FaultKind]string{NulBytes: `\u0000`, InvalidUTF8: "\xff\xfe"}[k]
		rows = slices.Clone(rows)
		for i := range rows {
			start := `"` + textKey + `":"`
			rows[i] = bytes.Replace(rows[i], []byte(start), []byte(start+bad), 1)
		}
	}
	return rows
}

// smallPage is how many rows a page has at most, of an API that gives fewer than it is asked for.
const smallPage = 100

// turn is the page that is answered in place of another one, and its size.
func (k FaultKind) turn(page, size int) (otherPage, otherSize int) {
	switch k {
	case SmallPages:
		return page, min(size, smallPage)
	case SamePage:
		return 1, size
	}
	return page, size
}

func (k FaultKind) spoilTotal(total int) int {
	switch k {
	case NegativeTotal:
		return -1
	case AbsurdTotal:
		return 1 << 60
	case HalfTotal:
		return total / 2
	}
	return total
}

// play writes what the fault makes of an answer; it reports whether it did. A fault that ends the
// connection panics with [http.ErrAbortHandler], as net/http has it.
func (f *Fault) play(w http.ResponseWriter, r *http.Request, closed <-chan struct{}, id json.RawMessage, answer []byte) bool {
	switch f.Kind {
	case RateLimitedStatus:
		if f.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int((f.RetryAfter+time.Second-1)/time.Second)))
		}
		w.WriteHeader(http.StatusTooManyRequests)
	case ServerErrorStatus:
		http.Error(w, "Internal Server Error", http.StatusInternalServerError)
	case HTML502:
		html(w, http.StatusBadGateway, "502 Bad Gateway", "nginx")
	case EchoToken:
		// As it was sent and decoded: a client that hides one form may show the other.
		html(w, http.StatusBadGateway, "Error at "+r.URL.String(), r.URL.String()+" token "+r.URL.Query().Get("token"))
	case Redirect:
		http.Redirect(w, r, cmp.Or(f.Location, "https://elsewhere.example"+r.URL.RequestURI()), http.StatusFound)
	case CutBody:
		cut(w, answer)
	case CloseConnection:
		panic(http.ErrAbortHandler)
	case Stall:
		select {
		case <-r.Context().Done():
		case <-closed:
		}
		panic(http.ErrAbortHandler)
	case HugeBody:
		hugeBody(w)
	case DeepNesting:
		writeAnswer(w, http.StatusOK, fmt.Appendf(nil, `{"id":%s,"result":{"data":%s%s}}`, id, strings.Repeat("[", 1000000), strings.Repeat("]", 1000000)))
	case WrongType:
		writeAnswer(w, http.StatusOK, fmt.Appendf(nil, `{"id":%s,"result":{"data":"none","summary_info":{"total":0}}}`, id))
	default:
		return false
	}
	return true
}

// cut sends the first half of an answer with the length of all of it. The half is flushed: net/http would
// drop what it still holds when the handler ends so.
func cut(w http.ResponseWriter, answer []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
	_, _ = w.Write(answer[:len(answer)/2])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

func html(w http.ResponseWriter, status int, title, text string) {
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(status)
	fmt.Fprintf(w, "<html><head><title>%s</title></head><body><h1>%s</h1>%s</body></html>", title, title, text)
}

func hugeBody(w io.Writer) {
	block := bytes.Repeat([]byte(" "), 1<<20)
	for range 4096 { // 4 GiB, or until the client has had enough
		if _, err := w.Write(block); err != nil {
			return
		}
	}
}
