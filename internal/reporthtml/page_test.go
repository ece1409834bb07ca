package reporthtml

import (
	"os"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/report"
)

func written(t interface {
	Helper()
	Fatal(...any)
}, p *report.Page) string {
	t.Helper()
	var b strings.Builder
	if err := Write(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// To look at: SERPSTAT_SAMPLE=page.html go test -run TestSample ./internal/reporthtml
func TestSample(t *testing.T) {
	page := written(t, sample())
	if file := os.Getenv("SERPSTAT_SAMPLE"); file != "" {
		if err := os.WriteFile(file, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
