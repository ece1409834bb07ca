// Package reporthtml writes a report as a page of HTML.
package reporthtml

import (
	"fmt"
	"html"
	"io"

	"github.com/turbot/steampipe-plugin-serpstat/internal/report"
)

// Write writes a page.
func Write(w io.Writer, p *report.Page) error {
	_, err := fmt.Fprintf(w, "<!DOCTYPE html><title>%s</title>", html.EscapeString(p.Title))
	return err
}
