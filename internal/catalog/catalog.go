// Package catalog declares the methods of Serpstat's API as tables, a file for each family of methods, in the order
// in which the documentation lists them. The facts are from the API's documentation and its recorded answers; what
// is uncertain is said where it is declared.
package catalog

import "github.com/turbot/steampipe-plugin-serpstat/internal/table"

// Tables are all tables, in the documentation's order.
func Tables() []*table.Table { return tables }

var tables = backlinks

// Of returns the table of that name, or nil.
func Of(name string) *table.Table {
	for _, t := range tables {
		if t.Name == name {
			return t
		}
	}
	return nil
}
