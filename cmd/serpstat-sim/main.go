// Command serpstat-sim serves the simulated Serpstat API, for developing reports without paying.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/turbot/steampipe-plugin-serpstat/internal/buildinfo"
	"github.com/turbot/steampipe-plugin-serpstat/internal/serpstatsim"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run is the command without the process around it. Exit codes: 0 after the context's end, 1 when serving
// failed, 2 for usage.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var usage usageError
	cmd := newCommand(stdout, &lockedWriter{w: stderr})
	cmd.SetArgs(args)
	cmd.SetOut(stdout)
	cmd.SetErr(stderr)
	err := cmd.ExecuteContext(ctx)
	switch {
	case err == nil:
		return 0
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "serpstat-sim: %v\n", err)
		return 2
	}
	fmt.Fprintf(stderr, "serpstat-sim: %v\n", err)
	return 1
}

// usageError is a mistake in the command line or in the data file.
type usageError struct{ error }

type flags struct {
	addr, data, token       string
	rate                    float64
	latency                 time.Duration
	rowCap                  int
	credits                 int64
	interpretations, faults []string
	list, quiet             bool
}

// dataExample is a file for --data.
const dataExample = `  {"example.com": [
    {"url_from": "https://example.com/blog/", "url_to": "https://github.com/", "nofollow": "follow",
     "link_type": "href", "links_ext": 12, "link_text": "source code", "first_seen": "2025-01-31",
     "last_visited": "2025-02-04 21:37:16", "date_del": null}
  ]}`

func newCommand(stdout, stderr io.Writer) *cobra.Command {
	var f flags
	cmd := &cobra.Command{
		Use:   "serpstat-sim [flags]",
		Short: "Serve a simulation of Serpstat's API",
		Long: `Serve a simulation of Serpstat's API, with its validation, filters, sorting, paging, credits, row cap
and rate limit. It knows the backlinks family, which --list shows. Without --data it serves the bundled
domains serpstat.com, python.org, big.example (99,241 rows), small sites that link to them, and some that
link to each other, such as shop.example and blog.example; of these, unless --reading says otherwise, links
that are gone are listed as lost ones alone. One line about each request goes to standard error.

--data takes a JSON object: by domain, in lower case, the links from its pages and those of its subdomains,
in the form in which getOutlinks answers them. Every key must be there:

` + dataExample + `

first_seen and last_visited are dates or dates with a time, the first not after the last; date_del is one too,
or null while the link exists. links_ext is the number of external links on the page. Nothing else is needed:
backlinks, lost links, counts, summaries and intersections follow from the links of all domains, and which
sites are malicious is made up.`,
		Example: `  serpstat-sim
  serpstat-sim --data rows.json --requests-per-second 1 --latency 500ms
  serpstat-sim --reading between=exclusive --fault 429-status:every=3,retry-after=1s`,
		Version:       buildinfo.Version(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError{fmt.Errorf("unexpected argument %q (rows are given with --data FILE)", args[0])}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.list {
				return printList(stdout)
			}
			return serve(cmd.Context(), f, stdout, stderr)
		},
	}
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	f.define(cmd)
	return cmd
}

func (f *flags) define(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.SortFlags = false
	fs.StringVar(&f.addr, "addr", "127.0.0.1:8091", "address to listen on; port 0 takes a free one")
	fs.StringVar(&f.data, "data", "", "JSON `file` of links to serve in place of the bundled ones, in the form above")
	fs.StringVar(&f.token, "token", "", "token to accept (default any)")
	fs.Float64Var(&f.rate, "requests-per-second", 0, "answer error 429 beyond this rate (default no limit)")
	fs.DurationVar(&f.latency, "latency", 0, "wait before every answer, such as 500ms")
	fs.IntVar(&f.rowCap, "row-cap", 60000, "rows that can be reached per request")
	fs.Int64Var(&f.credits, "credits", 1000000, "credits of the simulated plan")
	fs.StringArrayVar(&f.interpretations, "reading", nil, "answer an open question about the API, `name=answer` (see --list); repeatable")
	fs.StringArrayVar(&f.faults, "fault", nil, "let something go wrong, `kind:setting=value,…` (see --list); repeatable")
	fs.BoolVar(&f.list, "list", false, "list methods, readings and faults, and end")
	fs.BoolVar(&f.quiet, "quiet", false, "no line for each request")
}

// options turns flags into what the simulator takes.
func (f *flags) options() (serpstatsim.Options, error) {
	o := serpstatsim.Options{Token: f.token, RowCap: f.rowCap, RequestsPerSecond: f.rate, Latency: f.latency, MaxLines: f.credits}
	switch {
	case f.rowCap < 1:
		return o, fmt.Errorf("--row-cap %d: must be at least 1", f.rowCap)
	case f.credits < 1:
		return o, fmt.Errorf("--credits %d: must be at least 1", f.credits)
	case f.rate < 0:
		return o, fmt.Errorf("--requests-per-second %g: must not be negative", f.rate)
	}
	// The bundled data has links that are gone beside those that are there, which would be counted twice else.
	o.Interpretations.ActiveOnly = f.data == ""
	for _, s := range f.interpretations {
		if err := o.Interpretations.Set(s); err != nil {
			return o, fmt.Errorf("--reading: %w", err)
		}
	}
	for _, s := range f.faults {
		fault, err := serpstatsim.ParseFault(s)
		if err != nil {
			return o, fmt.Errorf("--fault: %w", err)
		}
		o.Faults = append(o.Faults, fault)
	}
	var err error
	o.Domains, err = readDomains(f.data)
	return o, err
}

func readDomains(name string) (map[string][]serpstatsim.Row, error) {
	if name == "" {
		return serpstatsim.Bundled(), nil
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("--data: %w", err)
	}
	defer file.Close()
	data, err := serpstatsim.ReadData(file)
	if err != nil {
		return nil, fmt.Errorf("--data: %s: %w", name, err)
	}
	return data, nil
}

// serve answers until the context ends. Requests that are under way then have a second to end.
func serve(ctx context.Context, f flags, stdout, stderr io.Writer) error {
	o, err := f.options()
	if err != nil {
		return usageError{err}
	}
	if !f.quiet {
		o.OnRequest = func(r serpstatsim.Request) { logRequest(stderr, r) }
	}
	listener, err := net.Listen("tcp", f.addr)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", f.addr, err)
	}
	sim := serpstatsim.New(o)
	web := &http.Server{Handler: sim, ReadHeaderTimeout: 10 * time.Second}
	url := "http://" + listener.Addr().String() + "/v4/"
	fmt.Fprintf(stdout, "serving %s at %s: export SERPSTAT_API_URL=%s %s\n", named(o.Domains), url, url, tokenHint(f.token))

	failed := make(chan error, 1)
	go func() { failed <- web.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	sim.Close()
	grace, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if web.Shutdown(grace) != nil {
		web.Close()
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}

// tokenHint does not repeat a token that was given: it may be a real one.
func tokenHint(token string) string {
	if token != "" {
		return "and SERPSTAT_API_TOKEN to the value of --token"
	}
	return "SERPSTAT_API_TOKEN=demo"
}

// logRequest prints what was asked and answered. A request's URL is not in it, so the token is not either.
func logRequest(w io.Writer, r serpstatsim.Request) {
	var b strings.Builder
	fmt.Fprintf(&b, "%s #%d %s", r.At.Format(time.TimeOnly), r.Number, r.Method[strings.LastIndexByte(r.Method, '.')+1:])
	if r.Query != "" {
		fmt.Fprintf(&b, " %s", printable(r.Query))
	}
	if len(r.Intersect) > 0 {
		fmt.Fprintf(&b, " with %s", printable(strings.Join(r.Intersect, ", ")))
	}
	if r.Page > 0 {
		fmt.Fprintf(&b, " page %d size %d sort %s %s", r.Page, r.Size, r.Sort, r.Order)
	}
	for _, param := range []struct{ name, value string }{{"anchor", r.Anchor}, {"count", r.WordCount}, {"lang", r.Lang}} {
		if param.value != "" {
			fmt.Fprintf(&b, " %s %s", param.name, printable(param.value))
		}
	}
	if r.LinkPerDomain > 0 {
		fmt.Fprintf(&b, " linkPerDomain %d", r.LinkPerDomain)
	}
	if r.ComplexFilter != "" {
		fmt.Fprintf(&b, " filter %s", printable(r.ComplexFilter))
	}
	fmt.Fprintf(&b, ": %d of %d rows, %d credits, %s", r.Rows, r.Total, r.Credits, r.Duration.Round(time.Millisecond/10))
	if r.ErrorCode != 0 {
		fmt.Fprintf(&b, ", error %d", r.ErrorCode)
	}
	if r.Fault != "" {
		fmt.Fprintf(&b, ", fault %s", r.Fault)
	}
	fmt.Fprintln(w, b.String())
}

// printable replaces what would drive a terminal.
func printable(s string) string {
	return strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) {
			return unicode.ReplacementChar
		}
		return c
	}, s)
}

func printList(w io.Writer) error {
	fmt.Fprintln(w, "methods")
	for _, m := range serpstatsim.MethodList() {
		fmt.Fprintf(w, "  %-46s %s\n", m.Name, m.About)
	}
	fmt.Fprintln(w, "\nreadings (--reading name=answer; the first answer is the default)")
	for _, r := range serpstatsim.ReadingList() {
		fmt.Fprintf(w, "  %-46s %s\n", r.Name, r.About)
	}
	fmt.Fprintln(w, "\nfaults (--fault kind:setting=value,…; settings request, every, page, query, times, probability, seed, retry-after, location)")
	for _, f := range serpstatsim.FaultList() {
		fmt.Fprintf(w, "  %-18s %s\n", f.Name, f.About)
	}
	return nil
}

// lockedWriter lets concurrent requests write whole lines.
type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// named lists the domains with the most rows, and how many more there are.
func named(domains map[string][]serpstatsim.Row) string {
	const most = 4
	names := slices.SortedFunc(maps.Keys(domains), func(a, b string) int {
		return cmp.Or(len(domains[b])-len(domains[a]), strings.Compare(a, b))
	})
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most-1], ", "), len(names)-most+1)
}
