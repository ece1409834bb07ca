package sqlcli

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// newConnection is the name of the connection that login makes where a config has none of this plugin.
const newConnection = "serpstat"

// errNotEditable is a block of a form that no position for the token was found in.
var errNotEditable = errors.New(`the connection has a form that is not edited here: write token = "…" into it yourself`)

// withToken is a config file's text with the token of a connection in it, and all else byte for byte as it was. A text
// without a connection of this plugin gets one, of the kind that make install writes. name may be "" if there is one
// connection at most; file is the file's name, for errors.
//
// hclwrite would do it too, but makes a block on one line unreadable, mixes the ends of lines, and puts what is new at the
// end, far from its comment. So the text is cut where hclsyntax says, and what has come of it is read again.
func withToken(text, file, name, token string) (string, error) {
	blocks, err := parseConfig(text, file)
	if err != nil {
		return "", err
	}
	if len(blocks) == 0 {
		return appendConnection(text, file, name, token)
	}
	block, err := choose(blocks, file, name)
	if err != nil {
		return "", err
	}
	for _, edited := range placements(text, block, quoteHCL(token)) {
		if isBlockWithToken(edited, file, block, token) {
			return edited, nil
		}
	}
	return "", fmt.Errorf("%s: %w", file, errNotEditable)
}

// appendConnection writes a connection behind what a file has.
func appendConnection(text, file, name, token string) (string, error) {
	if name == "" {
		name = newConnection
	}
	if taken(text, file, name) {
		return "", fmt.Errorf("%s has a connection %q of another plugin: choose another name with --connection", file, name)
	}
	nl := lineEnd(text)
	var b strings.Builder
	b.WriteString(text)
	if text != "" {
		if !strings.HasSuffix(text, "\n") {
			b.WriteString(nl)
		}
		b.WriteString(nl)
	}
	for _, line := range []string{`connection "` + name + `" {`, `  plugin = "local/serpstat"`, `  token  = ` + quoteHCL(token), `}`} {
		b.WriteString(line + nl)
	}
	blocks, err := parseConfig(b.String(), file)
	if err != nil || len(blocks) != 1 || blocks[0].Labels[0] != name {
		return "", fmt.Errorf("a connection cannot be called %q: write letters, digits and _", name)
	}
	return b.String(), nil
}

// lineEnd is what ends the lines of a text.
func lineEnd(text string) string {
	if strings.Contains(text, "\r\n") {
		return "\r\n"
	}
	return "\n"
}

// tokenComment is the line that shows how a token is written, in the config that make install writes.
var tokenComment = regexp.MustCompile(`(?m)^([ \t]*)#[ \t]*token[ \t]*=.*\n`)

// placements are texts with the token where it may stand, the best first. Not all of them need be what is meant: a
// comment may go over the place.
func placements(text string, block *hclsyntax.Block, literal string) (list []string) {
	insert := func(from, to int, what string) { list = append(list, text[:from]+what+text[to:]) }
	if there := block.Body.Attributes["token"]; there != nil {
		at := there.Expr.Range()
		insert(at.Start.Byte, at.End.Byte, literal)
		return list
	}
	nl, begin, end := lineEnd(text), block.OpenBraceRange.End.Byte, block.CloseBraceRange.Start.Byte
	if block.OpenBraceRange.Start.Line == block.CloseBraceRange.Start.Line {
		insert(begin, end, nl+"  "+strings.TrimSpace(text[begin:end])+nl+"  token = "+literal+nl)
		return list
	}
	for _, m := range tokenComment.FindAllStringSubmatchIndex(text, -1) {
		if m[0] > begin && m[1] <= end {
			insert(m[1], m[1], text[m[2]:m[3]]+"token = "+literal+nl)
		}
	}
	plugin := block.Body.Attributes["plugin"].SrcRange
	before := text[strings.LastIndexByte(text[:plugin.Start.Byte], '\n')+1 : plugin.Start.Byte]
	indent := before[:len(before)-len(strings.TrimLeft(before, " \t"))]
	if next := strings.IndexByte(text[plugin.End.Byte:], '\n'); next >= 0 {
		next += plugin.End.Byte + 1
		insert(next, next, indent+"token = "+literal+nl)
	}
	insert(plugin.Start.Byte, plugin.Start.Byte, "token = "+literal+nl+indent)
	return list
}

// isBlockWithToken reports that an edited text has the block as it was, but for its token.
func isBlockWithToken(text, file string, before *hclsyntax.Block, token string) bool {
	blocks, err := parseConfig(text, file)
	if err != nil {
		return false
	}
	after, err := choose(blocks, file, before.Labels[0])
	if err != nil || literal(after.Body.Attributes["token"]) != token {
		return false
	}
	names := func(b *hclsyntax.Block) map[string]bool {
		set := map[string]bool{"token": true}
		for name := range b.Body.Attributes {
			set[name] = true
		}
		return set
	}
	return maps.Equal(names(before), names(after)) && len(before.Body.Blocks) == len(after.Body.Blocks)
}
