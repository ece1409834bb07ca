package serpstatapi

import (
	"reflect"
	"strings"
	"testing"
)

// statsAnswer is the example of Serpstat's page on getStats.
const statsAnswer = `{"id":"ID","result":{"data":{"max_lines":100000,"used_lines":5,"left_lines":99995,"user_info":{"user_id":"555","ga_client_Id":"1.2","plan_id":"2028"},"plugin_limits":{"hasApiPlugin":true,"delayBetweenRequests":1,"total":10000,"used":10,"left":9990}},"summary_info":{"left_lines":99995}}}`

func TestStatsAreRead(t *testing.T) {
	full := Stats{100000, 5, 99995, "555", "2028", "1.2", &PluginLimits{true, 1, 10000, 10, 9990}}
	with := func(change func(*Stats)) Stats {
		s := full
		change(&s)
		return s
	}
	for name, tt := range map[string]struct {
		old, new string
		want     Stats
	}{
		"example":                {"", "", full},
		"numbers as texts":       {`"left_lines":99995,"user`, `"left_lines":"99995","user`, full},
		"ids as numbers":         {`"555"`, `555`, full},
		"no limits":              {`"plugin_limits"`, `"x"`, with(func(s *Stats) { s.Plugin = nil })},
		"limits null":            {`{"hasApiPlugin":true,"delayBetweenRequests":1,"total":10000,"used":10,"left":9990}`, `null`, with(func(s *Stats) { s.Plugin = nil })},
		"no user":                {`{"user_id":"555","ga_client_Id":"1.2","plan_id":"2028"}`, `[]`, with(func(s *Stats) { s.UserID, s.PlanID, s.GAClientID = "", "", "" })},
		"flag as a number":       {`"hasApiPlugin":true`, `"hasApiPlugin":1`, full},
		"some limits left out":   {`"used":10,"left":9990`, `"left":9990`, with(func(s *Stats) { s.Plugin = &PluginLimits{true, 1, 10000, 0, 9990} })},
		"no summary, no id echo": {`,"summary_info":{"left_lines":99995}`, ``, full},
	} {
		t.Run(name, func(t *testing.T) {
			var told exchanges
			a := serve(t, ok(strings.Replace(statsAnswer, tt.old, tt.new, 1)))
			got, err := client(t, a.URL, func(c *Config) { c.OnExchange = told.add }).GetStats(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(*got, tt.want) {
				t.Errorf("got %+v %+v, want %+v", got, got.Plugin, tt.want)
			}
			if ex := told.list()[0]; ex.Credits != 0 || ex.LeftLines != 99995 || ex.Total != -1 {
				t.Errorf("reported %+v", ex)
			}
		})
	}
}

func TestStatsThatCannotBeReadAreErrors(t *testing.T) {
	for name, tt := range map[string]struct{ old, new, message string }{
		"no data":             {`"data"`, `"x"`, `result.data is missing, not an object`},
		"data is a list":      {`"data":{`, `"data":[],"x":{`, `result.data is "[]", not an object`},
		"no left_lines":       {`"left_lines":99995,"user`, `"user`, `result.data.left_lines is missing, not a whole number`},
		"max_lines is a text": {`100000`, `"lots"`, `result.data.max_lines is "\"lots\"", not a whole number`},
		"user is a number":    {`{"user_id":"555","ga_client_Id":"1.2","plan_id":"2028"}`, `7`, `result.data.user_info is "7", not an object`},
		"plan is a list":      {`"2028"`, `[1]`, `result.data.user_info.plan_id is "[1]"`},
		"limit is a list":     {`10000,`, `[1],`, `result.data.plugin_limits.total is "[1]"`},
		"flag is a text":      {`true`, `"yes"`, `hasApiPlugin is "\"yes\"", not true or false`},
	} {
		t.Run(name, func(t *testing.T) {
			a := serve(t, ok(strings.Replace(statsAnswer, tt.old, tt.new, 1)))
			_, err := client(t, a.URL).GetStats(t.Context())
			if KindOf(err) != KindMalformed || !strings.Contains(err.Error(), tt.message) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestNoDataForStatsIsAnError(t *testing.T) {
	a := serve(t, apiErr(32017, "Data not found"))
	if got, err := client(t, a.URL).GetStats(t.Context()); KindOf(err) != KindBadRequest {
		t.Errorf("got %+v, %v", got, err)
	}
}
