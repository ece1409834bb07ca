package sqlcli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// steampipeConfig is where Steampipe keeps the plugin's config file, whether there is one or not; "" where no directory
// is the user's.
func steampipeConfig() string {
	dir := os.Getenv("STEAMPIPE_INSTALL_DIR")
	if dir == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		dir = filepath.Join(home, ".steampipe")
	}
	return filepath.Join(dir, "config", "serpstat.spc")
}

// defaultConfig is Steampipe's own config file, to be read where nothing says where the token is; "" where there is none.
func (f *flags) defaultConfig() string {
	if f.config != "" || f.tokenFile != "" || f.demo || f.tables || os.Getenv("SERPSTAT_API_TOKEN") != "" {
		return ""
	}
	file := steampipeConfig()
	if info, err := os.Stat(file); errors.Is(err, fs.ErrPermission) || err == nil && !info.IsDir() {
		return file // whoever may not read it is told so
	}
	return ""
}

// connectionConfig is the connection block's body as the plugin reads it: the config file's, with what the
// flags say in place of it.
func (f *flags) connectionConfig() (string, error) {
	arguments, err := f.arguments()
	return body(arguments), err
}

// arguments are those of the connection block, as HCL expressions.
func (f *flags) arguments() (map[string]string, error) {
	arguments := map[string]string{}
	if f.config != "" {
		block, err := readConfig(f.config, f.connection)
		if err != nil {
			return nil, usageError{err}
		}
		arguments = block
	}
	if f.tokenFile != "" {
		token, err := os.ReadFile(f.tokenFile)
		if err != nil {
			return nil, usage("reading the token: %v", err)
		}
		text, err := plainText(token)
		if err != nil {
			return nil, usage("the token file %s %v", f.tokenFile, err)
		}
		trimmed := strings.TrimSpace(text)
		if trimmed == "" {
			return nil, usage("the token file %s is empty", f.tokenFile)
		}
		arguments["token"] = quoteHCL(trimmed)
	}
	if f.baseURL != "" {
		arguments["base_url"] = quoteHCL(f.baseURL)
	}
	if f.maxCredits > 0 {
		arguments["max_credits"] = strconv.FormatInt(f.maxCredits, 10)
	}
	if f.cacheTTL != "" {
		arguments["cache_ttl"] = quoteHCL(f.cacheTTL)
	}
	if f.allowIncomplete {
		arguments["allow_incomplete"] = "true"
	}
	return arguments, nil
}

func body(arguments map[string]string) string {
	var b strings.Builder
	for name, expression := range arguments {
		fmt.Fprintf(&b, "%s = %s\n", name, expression)
	}
	return b.String()
}

// quoteHCL writes a text as an HCL expression that nothing is expanded in.
func quoteHCL(s string) string {
	q := strconv.QuoteToASCII(s)
	return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(q)
}

// steampipesOwn are arguments of a connection that Steampipe reads and plugins are not told.
var steampipesOwn = []string{"plugin", "type", "connections", "import_schema"}

// readConfig returns the arguments of a connection block of a Steampipe config file, without those that are Steampipe's
// own. name may be "" if there is one such connection.
func readConfig(file, name string) (map[string]string, error) {
	source, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the config file %s does not exist", file)
	}
	if err != nil {
		return nil, err
	}
	text, err := plainText(source)
	if err != nil {
		return nil, fmt.Errorf("the config file %s %w", file, err)
	}
	blocks, err := parseConfig(text, file)
	if err != nil {
		return nil, err
	}
	block, err := choose(blocks, file, name)
	if err != nil {
		return nil, err
	}
	arguments := map[string]string{}
	for key, attribute := range block.Body.Attributes {
		if !slices.Contains(steampipesOwn, key) {
			arguments[key] = string(attribute.Expr.Range().SliceBytes([]byte(text)))
		}
	}
	return arguments, nil
}

// parseConfig finds this plugin's connections in a config file's text. file is its name, for errors.
func parseConfig(text, file string) ([]*hclsyntax.Block, error) {
	parsed, problems := hclsyntax.ParseConfig([]byte(text), file, hcl.InitialPos)
	if problems.HasErrors() {
		return nil, problem(problems)
	}
	return connections(parsed.Body.(*hclsyntax.Body)), nil
}

// tokensIn are the tokens that a config file's connections have as they are; none where it cannot be read.
func tokensIn(file string) (tokens []string) {
	for _, b := range connectionsIn(file) {
		tokens = append(tokens, literal(b.Body.Attributes["token"]))
	}
	return tokens
}

// connectionsIn are this plugin's connections in a config file; none where it cannot be read.
func connectionsIn(file string) []*hclsyntax.Block {
	source, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	text, err := plainText(source)
	if err != nil {
		return nil
	}
	blocks, err := parseConfig(text, file)
	if err != nil {
		return nil
	}
	return blocks
}

// problem says where a config file is wrong. HCL's own text may quote the file, and with it the token.
func problem(problems hcl.Diagnostics) error {
	p := problems[0]
	if p.Subject == nil {
		return errors.New(p.Summary)
	}
	return fmt.Errorf("%s:%d: %s", p.Subject.Filename, p.Subject.Start.Line, p.Summary)
}

// connections are the blocks whose plugin is this one. An aggregator is none: it has no account, but names those that do.
func connections(body *hclsyntax.Body) []*hclsyntax.Block {
	return slices.DeleteFunc(slices.Clone(body.Blocks), func(b *hclsyntax.Block) bool {
		if b.Type != "connection" || len(b.Labels) != 1 || literal(b.Body.Attributes["type"]) == "aggregator" {
			return true
		}
		plugin, _, _ := strings.Cut(pluginOf(b, body.Blocks), "@")
		return plugin[strings.LastIndex(plugin, "/")+1:] != "serpstat"
	})
}

// pluginOf is the plugin of a connection: plugin = "NAME", or plugin = plugin.NAME, which a block of that kind may say the
// source of.
func pluginOf(connection *hclsyntax.Block, blocks hclsyntax.Blocks) string {
	attribute := connection.Body.Attributes["plugin"]
	if attribute == nil {
		return ""
	}
	reference, problems := hcl.AbsTraversalForExpr(attribute.Expr)
	if problems.HasErrors() || len(reference) != 2 || reference.RootName() != "plugin" {
		return literal(attribute)
	}
	label, _ := reference[1].(hcl.TraverseAttr)
	for _, b := range blocks {
		if source := literal(b.Body.Attributes["source"]); b.Type == "plugin" && slices.Equal(b.Labels, []string{label.Name}) && source != "" {
			return source
		}
	}
	return label.Name
}

// taken reports a config file's text that has a connection of a name, whatever its plugin is.
func taken(text, file, name string) bool {
	parsed, problems := hclsyntax.ParseConfig([]byte(text), file, hcl.InitialPos)
	return !problems.HasErrors() && slices.ContainsFunc(parsed.Body.(*hclsyntax.Body).Blocks, func(b *hclsyntax.Block) bool {
		return b.Type == "connection" && slices.Equal(b.Labels, []string{name})
	})
}

// literal is an argument's text; "" if it has none.
func literal(attribute *hclsyntax.Attribute) string {
	if attribute == nil {
		return ""
	}
	value, problems := attribute.Expr.Value(nil)
	if problems.HasErrors() || value.Type().FriendlyName() != "string" || value.IsNull() {
		return ""
	}
	return value.AsString()
}

func choose(blocks []*hclsyntax.Block, file, name string) (*hclsyntax.Block, error) {
	var names []string
	for _, b := range blocks {
		if b.Labels[0] == name || name == "" && len(blocks) == 1 {
			return b, nil
		}
		names = append(names, b.Labels[0])
	}
	switch {
	case len(blocks) == 0:
		return nil, fmt.Errorf(`%s has no connection block of this plugin: connection "serpstat" { plugin = "serpstat" … }`, file)
	case name != "":
		return nil, fmt.Errorf("%s has no connection %q: it has %s", file, name, strings.Join(names, ", "))
	}
	return nil, fmt.Errorf("%s has several connections (%s): choose one with --connection", file, strings.Join(names, ", "))
}
