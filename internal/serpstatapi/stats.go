package serpstatapi

import "context"

const methodGetStats = "SerpstatLimitsProcedure.getStats"

// Stats are the credits of the plan. Fields of the user and of the extension that an answer leaves out are 0
// or "".
type Stats struct {
	MaxLines, UsedLines, LeftLines int64
	UserID, PlanID, GAClientID     string
	Plugin                         *PluginLimits // of the browser extension; nil where the answer has none
}

// PluginLimits are the limits of Serpstat's browser extension. DelayBetweenRequests is in seconds.
type PluginLimits struct {
	HasAPIPlugin                            bool
	DelayBetweenRequests, Total, Used, Left int64
}

// GetStats returns the credits of the plan. It is free of charge. An error is an [*Error].
func (c *Client) GetStats(ctx context.Context) (*Stats, error) {
	return do(ctx, c, rpc[*Stats]{
		method: methodGetStats,
		decode: func(s *jsonReader, ex *Exchange) (*Stats, *Error) {
			stats, e := readStats(s)
			if e != nil {
				return nil, e
			}
			ex.Rows, ex.LeftLines = 1, stats.LeftLines
			return stats, nil
		},
	})
}

// readStats reads the answer in the form that Serpstat's page on getStats shows.
func readStats(s *jsonReader) (*Stats, *Error) {
	var data []byte
	object(s.data, func(name string, value []byte) {
		if name == "data" {
			data = value
		}
	})
	r := fields{redact: s.redact, path: "result.data", raw: data}
	var stats Stats
	stats.MaxLines = r.number("max_lines", true)
	stats.UsedLines = r.number("used_lines", true)
	stats.LeftLines = r.number("left_lines", true)
	if user := r.sub("user_info"); user != nil {
		stats.UserID, stats.PlanID, stats.GAClientID = user.word("user_id"), user.word("plan_id"), user.word("ga_client_Id")
		r.keep(user)
	}
	if limits := r.sub("plugin_limits"); limits != nil {
		stats.Plugin = &PluginLimits{
			HasAPIPlugin:         limits.flag("hasApiPlugin"),
			DelayBetweenRequests: limits.number("delayBetweenRequests", false),
			Total:                limits.number("total", false),
			Used:                 limits.number("used", false),
			Left:                 limits.number("left", false),
		}
		r.keep(limits)
	}
	if r.err != nil {
		return nil, r.err
	}
	return &stats, nil
}

// fields reads an object field by field and keeps the first error. It is for small objects.
type fields struct {
	redact redactor
	path   string
	raw    []byte
	err    *Error
}

func (f *fields) get(name string) (value []byte) {
	isObject := object(f.raw, func(n string, v []byte) {
		if n == name {
			value = v
		}
	})
	if !isObject {
		f.fail("", f.raw, "an object")
	}
	return value
}

func (f *fields) fail(name string, value []byte, want string) {
	if f.err == nil {
		f.err = unreadable("%s%s is %s, not %s", f.path, name, f.redact.value(value), want)
	}
}

func (f *fields) keep(other *fields) {
	if f.err == nil {
		f.err = other.err
	}
}

func (f *fields) number(name string, required bool) int64 {
	value := f.get(name)
	n, ok := intOf(value)
	if !ok && (required || !absent(value)) {
		f.fail("."+name, value, "a whole number")
	}
	return n
}

// word is a text that some answers write as a number.
func (f *fields) word(name string) string {
	value := f.get(name)
	if absent(value) {
		return ""
	}
	if text, ok := textOf(value); ok {
		return text
	}
	if n, ok := intOf(value); !ok || n < 0 {
		f.fail("."+name, value, "a text or a number")
	}
	return string(value)
}

// flag is true or false, which some answers write as 1 or 0.
func (f *fields) flag(name string) bool {
	value := f.get(name)
	if n, ok := intOf(value); ok {
		return n != 0
	}
	if text := string(value); !absent(value) && text != "true" && text != "false" {
		f.fail("."+name, value, "true or false")
	}
	return string(value) == "true"
}

// sub is an object in the object, nil where it is missing or [], as PHP writes an object without fields.
func (f *fields) sub(name string) *fields {
	value := f.get(name)
	if absent(value) || string(value) == "[]" {
		return nil
	}
	return &fields{redact: f.redact, path: f.path + "." + name, raw: value}
}
