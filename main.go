// Command steampipe-plugin-serpstat serves the Serpstat plugin to Steampipe.
package main

import (
	"github.com/turbot/steampipe-plugin-serpstat/internal/steampipe"
	"github.com/turbot/steampipe-plugin-serpstat/serpstat"
)

func main() {
	steampipe.Serve(serpstat.Plugin)
}
