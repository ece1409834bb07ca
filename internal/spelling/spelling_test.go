package spelling_test

import (
	"slices"
	"testing"

	"github.com/turbot/steampipe-plugin-serpstat/internal/spelling"
)

func TestNearest(t *testing.T) {
	for _, tt := range []struct {
		word  string
		most  int
		known []string
		want  []string
	}{
		{"link_ext", 2, []string{"link_text", "url_to", "links_ext", "link_text"}, []string{"link_text", "links_ext"}},
		{"URL_FORM", 2, []string{"Url_From", "url_to"}, []string{"Url_From"}},
		{"domian", 1, []string{"domain"}, nil},
		{"domain", 0, []string{"DOMAIN"}, []string{"DOMAIN"}},
		{"", 0, nil, nil},
	} {
		if got := spelling.Nearest(tt.word, tt.most, tt.known); !slices.Equal(got, tt.want) {
			t.Errorf("%s is meant as %q, and not %q", tt.word, got, tt.want)
		}
	}
}
