// Command steampipe-plugin-serpstat serves the Serpstat plugin to Steampipe.
package main

import (
	"fmt"
	"os"
	"slices"

	"github.com/turbot/steampipe-plugin-serpstat/internal/buildinfo"
	"github.com/turbot/steampipe-plugin-serpstat/internal/steampipe"
	"github.com/turbot/steampipe-plugin-serpstat/serpstat"
)

func main() {
	if slices.Equal(os.Args[1:], []string{"--version"}) { // which Steampipe never asks, but the owner of a file may
		fmt.Println(serpstat.Name, buildinfo.Version())
		return
	}
	steampipe.Serve(serpstat.Plugin)
}
