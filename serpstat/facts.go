package serpstat

import "github.com/turbot/steampipe-plugin-serpstat/internal/catalog"

// NeverNull reports a column that has a value in every row: one that a row must have to be read, and a parameter whose
// value is given or known.
func NeverNull(name, column string) bool {
	t := catalog.Of(name)
	if t == nil {
		return false
	}
	if i := t.ParamOf(column); i >= 0 {
		return t.Params[i].Required() || t.Params[i].Default != ""
	}
	i := t.FieldOf(column)
	return i >= 0 && t.Fields[i].NeverNull()
}

// Default is what a parameter's column shows where no clause gives its value; nil is NULL. ok is false for what is no
// parameter that may be left out.
func Default(name, column string) (value any, ok bool) {
	t := catalog.Of(name)
	if t == nil {
		return nil, false
	}
	i := t.ParamOf(column)
	if i < 0 || t.Params[i].Required() {
		return nil, false
	}
	if d := t.Params[i].Default; d != "" {
		return d, true
	}
	return nil, true
}

// Words are those of which a column's text is made, one or several; nil where no list of them is known.
func Words(name, column string) []string {
	t := catalog.Of(name)
	if t == nil {
		return nil
	}
	i := t.FieldOf(column)
	if i < 0 {
		return nil
	}
	return t.Fields[i].Filter.Words
}
