package report_test

import (
	"os"
	"strconv"
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/repetition"
)

func TestMain(m *testing.M) {
	os.Args = append(os.Args, "-rapid.checks="+strconv.Itoa(repetition.Times(15, 1000)), "-rapid.nofailfile")
	os.Exit(m.Run())
}
