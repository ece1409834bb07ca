package weburl

import (
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

func TestHostsOfURLs(t *testing.T) {
	for url, want := range map[string][2]string{
		"https://www.Example.co.uk:443/a?b": {"www.example.co.uk", "example.co.uk"}, "//a.b.github.io/x": {"a.b.github.io", "b.github.io"},
		"http://u:p@a.com": {"a.com", "a.com"}, "https://1.2.3.4/": {"1.2.3.4", ""}, "https://[::1]:8/": {"[::1]", ""}, "mailto:x@a.com": {"", ""}, "": {"", ""},
		"https://a.com/%zz": {"a.com", "a.com"}, "/path": {"", ""}, "https://com/": {"com", ""},
		"HTTP://ÄPFEL.Рф./": {"äpfel.рф", "äpfel.рф"}, "https://BÜCHER.example": {"bücher.example", "bücher.example"}, "https://xn--BCHER-kva.DE": {"xn--bcher-kva.de", "xn--bcher-kva.de"},
	} {
		host := Host(url)
		if got := [2]string{host, RegistrableDomain(host)}; got != want {
			t.Errorf("%s: %q, want %q", url, got, want)
		}
	}
}

func FuzzHost(f *testing.F) {
	for _, seed := range []string{"https://a.com/", "//[::1", "a://@:/", "https://a.com.", "http://"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, url string) {
		host := Host(url)
		if strings.ContainsAny(host, "/?#@") {
			t.Fatalf("%q has the host %q", url, host)
		}
		if domain := RegistrableDomain(host); !strings.HasSuffix(host, domain) {
			t.Fatalf("%q has the domain %q", host, domain)
		}
	})
}

// A letter of ASCII in a host is one in its URL: the API is asked for it.
func TestNoLetterOfASCIIComesFromBeyond(t *testing.T) {
	for r := rune(unicode.MaxASCII + 1); r <= unicode.MaxRune; r++ {
		if r >= 0xD800 && r < 0xE000 {
			continue
		}
		host := Host("//" + string(r))
		if host != "" && host[0] <= unicode.MaxASCII {
			t.Errorf("%U becomes %q", r, host)
		}
		if again := Host("//" + host); again != host {
			t.Errorf("%U becomes %q, and that %q", r, host, again)
		}
	}
}

func TestPathsOfURLs(t *testing.T) {
	for url, want := range map[string]string{
		"https://a.com/b/c?d=/e#/f": "/b/c", "https://a.com": "/", "https://a.com/": "/", "https://a.com?x=1": "/", "//a.com/b%20c": "/b%20c", "https://a.com/%zz": "/%zz", "https://a.com/#x": "/",
	} {
		if path, ok := Path(url); path != want || !ok {
			t.Errorf("%s: %q, %t", url, path, ok)
		}
	}
	for _, url := range []string{"", "/path", "mailto:x@a.com", "a.com/b"} {
		if path, ok := Path(url); ok {
			t.Errorf("%s: %q", url, path)
		}
	}
}

func TestParametersOfURLs(t *testing.T) {
	const url = "https://a.com/?utm_source=news%20letter&q=a+b&q=2&empty=&bare&%D1%8F=ж&bad=%zz#q=3"
	for name, want := range map[string]string{"utm_source": "news letter", "q": "a b", "empty": "", "bare": "", "я": "ж", "bad": "%zz"} {
		if value, ok := Param(url, name); value != want || !ok {
			t.Errorf("%s: %q, %t", name, value, ok)
		}
	}
	for _, url := range []string{"", "https://a.com/", "https://a.com/#?x=1", "https://a.com/?xx=1&y=x"} {
		if value, ok := Param(url, "x"); ok {
			t.Errorf("%s: %q", url, value)
		}
	}
}

// What a page's address is made of comes out again.
func TestPartsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		host := rapid.StringMatching(`[a-z0-9.-]{0,8}[a-z0-9]`).Draw(t, "host")
		path := rapid.StringMatching(`(/[a-zA-Z0-9%@:.]{0,5}){1,3}`).Draw(t, "path")
		before := rapid.SampledFrom([]string{"https://", "HTTP://", "//", "ftp://u:p@", "https://u@x@"}).Draw(t, "before")
		after := rapid.SampledFrom([]string{"", ":80", ":", ".", ".:443"}).Draw(t, "after")
		url := before + strings.ToUpper(host) + after + path + rapid.SampledFrom([]string{"", "?a=//b.c/", "#//d", "?x@y.z"}).Draw(t, "query")
		if got := Host(url); got != host {
			t.Fatalf("host %q of %s, want %q", got, url, host)
		}
		if got, _ := Path(url); got != path {
			t.Fatalf("path %q of %s, want %q", got, url, path)
		}
	})
}
