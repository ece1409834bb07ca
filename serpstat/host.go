package serpstat

import (
	"errors"
	"fmt"
	"runtime/debug"
	"strconv"
	"strings"
)

// sqliteExtension ends the name of the main module of Steampipe's SQLite extension.
const sqliteExtension = "steampipe-sqlite-extension"

// mainModule is the program that the plugin is a part of.
func mainModule() string {
	info, _ := debug.ReadBuildInfo()
	if info == nil {
		return ""
	}
	return info.Main.Path
}

var errSQLiteExtension = errors.New("the SQLite extension of Steampipe passes conditions, ORDER BY and LIMIT on wrongly, and its answers are wrong in many statements, which no plugin can mend: " +
	"use serpstat-sql, which has the same tables in SQLite; to go on all the same, set allow_sqlite_extension = true in the config, or " + envAllowSQLiteExtension + "=true")

// refusal is why a program that no server of ours stands in front of may not use the plugin.
func refusal(program string, config serpstatConfig, getenv func(string) string) error {
	if !strings.HasSuffix(program, sqliteExtension) {
		return nil
	}
	allowed := false
	if text := fromEnvironment(getenv, envAllowSQLiteExtension); text != "" {
		var err error
		if allowed, err = strconv.ParseBool(text); err != nil {
			return fmt.Errorf("%s=%q is neither true nor false: write true to use Steampipe's SQLite extension in spite of its wrong answers", envAllowSQLiteExtension, text)
		}
	}
	if config.AllowSQLiteExtension != nil {
		allowed = *config.AllowSQLiteExtension
	}
	if allowed {
		return nil
	}
	return errSQLiteExtension
}

func fromEnvironment(getenv func(string) string, name string) string {
	if getenv == nil {
		return ""
	}
	return getenv(name)
}
