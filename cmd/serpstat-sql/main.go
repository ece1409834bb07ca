// Command serpstat-sql answers SQL from Serpstat's API with an embedded SQLite.
package main

import (
	"os"

	"github.com/turbot/steampipe-plugin-serpstat/internal/sqlcli"
)

// version is set by the release build.
var version = "dev"

func main() { os.Exit(sqlcli.Main(version)) }
