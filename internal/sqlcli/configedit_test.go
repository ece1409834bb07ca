package sqlcli

import (
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Whatever a config looks like, a token put into it is the one that is read, and all else stays byte for byte.
func TestATokenInAConfigLeavesAllElse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		nl := rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "end of lines")
		text := strings.ReplaceAll(drawConfig(t), "\n", nl)
		token := rapid.StringMatching(`[0-9a-zA-Z$%{}"\\/+é-]{1,20}`).Draw(t, "token")
		before, err := parseConfig(text, "x.spc")
		if err != nil {
			t.Fatalf("the test writes a wrong config: %v\n%s", err, text)
		}
		edited, err := withToken(text, "x.spc", "", token)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		blocks, err := parseConfig(edited, "x.spc")
		if err != nil || len(blocks) != max(1, len(before)) {
			t.Fatalf("%d connections, %v\n%s", len(blocks), err, edited)
		}
		value, problems := blocks[0].Body.Attributes["token"].Expr.Value(nil)
		if problems.HasErrors() || value.AsString() != token {
			t.Fatalf("the token %q is read as %#v, %v\n%s", token, value, problems, edited)
		}
		if strings.Contains(text, "\r\n") && strings.Contains(strings.ReplaceAll(edited, nl, ""), "\n") {
			t.Fatalf("lines end in two ways: %q", edited)
		}
		if rest, want := without(edited), without(text); rest != want && len(before) > 0 {
			t.Fatalf("all else was\n%q\nand is\n%q", want, rest)
		}
		if len(before) == 0 && !strings.HasPrefix(edited, text) {
			t.Fatalf("what was there is not there any more:\n%s", edited)
		}
		again, err := withToken(edited, "x.spc", "", token)
		if err != nil || again != edited {
			t.Fatalf("the same token again: %v\n%s", err, again)
		}
	})
}

// drawConfig is a config with a connection of the plugin, or none, in forms that are not easy to edit.
func drawConfig(t *rapid.T) string {
	var list []string
	some := func(what string, lines ...string) {
		for _, line := range lines {
			if rapid.Bool().Draw(t, what) {
				list = append(list, line)
			}
		}
	}
	some("above", `# mine`, "connection \"aws\" {\n  plugin = \"aws\"\n}", ``)
	switch rapid.IntRange(0, 3).Draw(t, "form") {
	case 0:
	case 1:
		list = append(list, `connection "serpstat" { plugin = "serpstat" }`)
	default:
		list = append(list, `connection "serpstat" {`)
		some("before", ``, `  # token = "1a2b"`, "  max_credits = 5 /* few\n  # token = 1\n*/")
		list = append(list, rapid.SampledFrom([]string{
			`  plugin = "local/serpstat"`, `plugin="serpstat" # the hub's`, "\tplugin = \"serpstat\" /* on\ntwo lines */", `/* c */ plugin = "serpstat"`,
		}).Draw(t, "plugin"))
		some("after", ``, `  #token="x"`, `  token = "old" # mine`, `  base_url = "http://127.0.0.1/" // here`)
		list = append(list, `}`)
	}
	some("below", `// the end`, ``)
	return strings.Join(list, "\n")
}

// without is a text without its tokens, and without the white space that separates what is on a line.
func without(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		before, after, found := strings.Cut(line, "token")
		if found && strings.Trim(before, " \t") == "" {
			if _, comment, commented := strings.Cut(after, "# mine"); commented {
				b.WriteString("# mine" + comment)
			}
			continue
		}
		b.WriteString(line)
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// The config that make install writes gets the token where it shows one.
func TestTheInstalledConfigTakesTheToken(t *testing.T) {
	source, err := os.ReadFile("../../config/serpstat.spc")
	if err != nil {
		t.Fatal(err)
	}
	edited, err := withToken(string(source), "serpstat.spc", "", "abc")
	if err != nil {
		t.Fatal(err)
	}
	const added = "  token = \"abc\"\n"
	before, after, found := strings.Cut(edited, added)
	if !found || before+after != string(source) || !strings.HasSuffix(before, "# token = \"1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d\"\n") {
		t.Errorf("%s", edited)
	}
}
