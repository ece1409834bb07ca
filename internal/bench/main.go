// Command bench measures what queries cost and how fast scans are, as ratios to what is possible, writes a
// report, and puts the cost table into a page of the docs. It fails if a bound is not kept.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	tableStart = "<!-- cost table: written by make bench -->\n"
	tableEnd   = "<!-- end of cost table -->"
)

func main() {
	docs := flag.String("docs", "", "the page whose cost table is to be written")
	report := flag.String("report", ".bench/report.md", "the file for the report")
	costOnly := flag.Bool("cost", false, "measure cost, not speed")
	flag.Parse()
	os.Setenv("STEAMPIPE_LOG_LEVEL", "OFF")
	ok, err := run(*docs, *report, *costOnly)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	if !ok {
		os.Exit(1)
	}
}

func run(docs, report string, costOnly bool) (ok bool, err error) {
	table, above, err := measureCosts()
	if err != nil {
		return false, err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# Cost\n\n%s\n", table)
	if !costOnly {
		slow, err := measureSpeed(&b)
		if err != nil {
			return false, err
		}
		above = append(above, slow...)
	}
	fmt.Print(b.String())
	if err := os.MkdirAll(filepath.Dir(report), 0o755); err != nil {
		return false, err
	}
	if err := os.WriteFile(report, []byte(b.String()), 0o644); err != nil {
		return false, err
	}
	for _, a := range above {
		fmt.Fprintln(os.Stderr, "not within its bound:", a)
	}
	if docs != "" {
		err = writeTable(docs, table)
	}
	return len(above) == 0, err
}

func measureSpeed(b *strings.Builder) (above []string, err error) {
	fmt.Fprintf(b, "# Speed and memory\n\n| what | measured | bound | |\n|---|---|---|---|\n")
	for _, f := range []func() (measure, error){
		throughput,
		func() (measure, error) { return pace(10, 500*time.Millisecond) },
		func() (measure, error) { return pace(1, 500*time.Millisecond) },
		memory,
	} {
		m, err := f()
		if err != nil {
			return nil, err
		}
		fmt.Fprintln(os.Stderr, m)
		fmt.Fprintln(b, m)
		if !m.ok() {
			above = append(above, m.String())
		}
	}
	return above, nil
}

// writeTable puts the cost table between its marks in a page.
func writeTable(page, table string) error {
	b, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	head, rest, found := strings.Cut(string(b), tableStart)
	_, tail, closed := strings.Cut(rest, tableEnd)
	if !found || !closed {
		return fmt.Errorf("%s has no marks for the cost table", page)
	}
	return os.WriteFile(page, []byte(head+tableStart+"\n"+table+"\n"+tableEnd+tail), 0o644)
}
