// Command bench measures what queries cost and how fast scans are, as ratios to what is possible, writes a
// report, and puts the cost table into a page of the docs. It fails if a bound is not kept.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

const (
	tableStart = "<!-- cost table: written by make bench -->\n"
	tableEnd   = "<!-- end of cost table -->"
)

func main() {
	docs := flag.String("docs", "", "the page whose cost table is to be written")
	report := flag.String("report", ".bench/report.md", "the file for the report")
	only := flag.String("only", "", "measure this alone: cost, size, start, tables, reports, mix, throughput, pace, first, kept, prompt, pause or memory")
	flag.Parse()
	os.Setenv("STEAMPIPE_LOG_LEVEL", "OFF")
	ok, err := run(*docs, *report, *only)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	if !ok {
		os.Exit(1)
	}
}

func run(docs, report, only string) (ok bool, err error) {
	var b strings.Builder
	var table string
	var above []string
	if only == "" || only == "cost" {
		if table, above, err = measureCosts(); err != nil {
			return false, err
		}
		fmt.Fprintf(&b, "# Cost\n\n%s\n", table)
	}
	slow, err := measureSpeed(&b, only)
	if err != nil {
		return false, err
	}
	above = append(above, slow...)
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
	if docs != "" && table != "" {
		err = writeTable(docs, table)
	}
	return len(above) == 0, err
}

func measureSpeed(b *strings.Builder, only string) (above []string, err error) {
	fmt.Fprintf(b, "# Speed and memory\n\n| what | measured | bound | |\n|---|---|---|---|\n")
	for _, m := range []struct {
		name    string
		measure func() ([]measure, error)
	}{
		{"size", size},
		{"start", start},
		{"tables", tables},
		{"reports", reports},
		{"mix", mix},
		{"throughput", throughput},
		{"pace", func() ([]measure, error) { return pace(10, 1.45) }},
		{"pace", func() ([]measure, error) { return pace(1, 1.05) }},
		{"first", firstRow},
		{"kept", keptAnswer},
		{"prompt", shellPrompt},
		{"pause", pausing},
		{"memory", memory},
	} {
		if only != "" && only != m.name {
			continue
		}
		list, err := m.measure()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.name, err)
		}
		for _, got := range list {
			fmt.Fprintln(os.Stderr, got)
			fmt.Fprintln(b, got)
			if !got.ok() {
				above = append(above, got.String())
			}
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
