package sqlfunc

import (
	"database/sql/driver"
	"strings"

	"github.com/turbot/steampipe-plugin-serpstat/internal/weburl"
)

var addresses = []scalar{
	{"host", 1, 1, partOf(func(url string) string { return weburl.Host(asURL(url)) })},
	{"domain", 1, 1, partOf(func(url string) string { return weburl.RegistrableDomain(weburl.Host(asURL(url))) })},
	{"url_path", 1, 1, partOf(func(url string) string { path, _ := weburl.Path(url); return path })},
	{"url_param", 2, 2, urlParam},
}

// partOf makes a function of a URL of one that finds a part of it; "" is null, as where a column shows it.
func partOf(find func(url string) string) func([]driver.Value) (driver.Value, error) {
	return func(args []driver.Value) (driver.Value, error) {
		url, _ := textOf(args[0])
		if part := find(url); part != "" {
			return part, nil
		}
		return nil, nil
	}
}

// asURL takes a text that begins with a host, as people write addresses, for a URL. Blanks around it are none of it.
func asURL(text string) string {
	text = strings.TrimSpace(text)
	host := text
	if end := strings.IndexAny(text, "/?#\\"); end >= 0 {
		host = text[:end]
	}
	host, port, _ := strings.Cut(host, ":")
	if strings.Contains(host, ".") && !strings.ContainsAny(host, "@[ \t\r\n") && strings.Trim(port, "0123456789") == "" {
		return "//" + text
	}
	return text
}

// urlParam is null where the URL has no such parameter, and an empty text where it has no value.
func urlParam(args []driver.Value) (driver.Value, error) {
	url, one := textOf(args[0])
	name, two := textOf(args[1])
	if value, ok := weburl.Param(url, name); ok && one && two {
		return value, nil
	}
	return nil, nil
}
