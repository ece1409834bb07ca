package sqlcli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/turbot/steampipe-plugin-serpstat/internal/sqlengine"
)

// A token is sent as it stands in its file, whatever its characters mean in a config.
func TestATokenFilesTextIsTheToken(t *testing.T) {
	for _, token := range []string{"plain", "${x}", "%{ if }$", `a"b\c`, "é"} {
		file := filepath.Join(t.TempDir(), "token")
		if err := os.WriteFile(file, []byte(token+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		config, err := (&flags{tokenFile: file}).connectionConfig()
		if err != nil {
			t.Fatal(err)
		}
		parsed, problems := hclsyntax.ParseConfig([]byte(config), "config", hcl.InitialPos)
		if problems.HasErrors() {
			t.Errorf("%s: %v", token, problems)
			continue
		}
		if value, problems := parsed.Body.(*hclsyntax.Body).Attributes["token"].Expr.Value(nil); problems.HasErrors() || value.AsString() != token {
			t.Errorf("%s is %#v, %v", token, value, problems)
		}
	}
}

// What has rows to show decides whether JSON is one list of them or several.
func TestWhichStatementsHaveResults(t *testing.T) {
	for script, want := range map[string]int{
		"select 1; with x as (select 1) select * from x; values (1); explain select 1":  4,
		"insert into own values (1) returning a; delete from own; update own set a = 2": 1,
		"pragma user_version; pragma user_version = 3; create table own (a)":            1,
		"with x as (select 1) insert into own select * from x":                          0,
	} {
		statements, err := sqlengine.Split(script)
		if n := countResults(statements); err != nil || n != want {
			t.Errorf("%s: %d, want %d, %v", script, n, want, err)
		}
	}
}

// A config file in a directory that may not be read is not said to be missing.
func TestAConfigFileThatMayNotBeRead(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("STEAMPIPE_INSTALL_DIR", dir)
	t.Setenv("SERPSTAT_API_TOKEN", "")
	if found := (&flags{}).defaultConfig(); found != "" {
		t.Errorf("found %s, which does not exist", found)
	}
	if err := os.Chmod(dir, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(dir, 0o700) }) //nolint:errcheck // else the test's directory stays
	if _, err := os.ReadDir(dir); err == nil {
		t.Skip("this user may read everything")
	}
	var out, errs bytes.Buffer
	if code := run(t.Context(), "test", []string{"select count(*) from serpstat_credit"}, strings.NewReader(""), &out, &errs); code != exitUsage || !strings.Contains(errs.String(), "permission denied") {
		t.Errorf("%d, %s", code, &errs)
	}
	errs.Reset()
	out.Reset()
	if code := run(t.Context(), "test", []string{"doctor"}, strings.NewReader(""), &out, &errs); code != exitUsage || !strings.Contains(strings.Join(strings.Fields(out.String()), " "), "permission denied") {
		t.Errorf("doctor: %d, %s, %s", code, &out, &errs)
	}
	t.Setenv("SERPSTAT_API_TOKEN", "x")
	out.Reset()
	(&session{stdout: &out}).sayConfig()
	if !strings.Contains(strings.Join(strings.Fields(out.String()), " "), "permission denied") {
		t.Errorf("%s", &out)
	}
}
