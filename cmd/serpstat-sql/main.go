// Command serpstat-sql answers SQL from Serpstat's API with an embedded SQLite.
package main

import (
	"os"

	"github.com/turbot/steampipe-plugin-serpstat/internal/buildinfo"
	"github.com/turbot/steampipe-plugin-serpstat/internal/sqlcli"
)

func main() { os.Exit(sqlcli.Main(buildinfo.Version())) }
