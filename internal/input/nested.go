package input

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

func leavesOf(node parquet.Node) (n int) {
	if node.Leaf() {
		return 1
	}
	for _, field := range node.Fields() {
		n += leavesOf(field)
	}
	return n
}

// nested is a value that becomes JSON.
type nested interface{ json.Marshaler }

type list []any

func (l list) MarshalJSON() ([]byte, error) {
	texts := make([]json.RawMessage, len(l))
	for i, v := range l {
		text, err := jsonOf(v)
		if err != nil {
			return nil, err
		}
		texts[i] = text
	}
	return json.Marshal(texts)
}

// object keeps its members in the order of the file.
type object []member

type member struct {
	name  string
	value any
}

func (o object) MarshalJSON() ([]byte, error) {
	var b strings.Builder
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(m.name)
		if err != nil {
			return nil, err
		}
		value, err := jsonOf(m.value)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return []byte(b.String()), nil
}

func jsonOf(value any) ([]byte, error) {
	switch v := value.(type) {
	case []byte:
		return json.Marshal(hex.EncodeToString(v))
	case float64:
		if math.IsInf(v, 0) {
			return nil, errors.New("a list or a group has an infinite number, which JSON has no word for")
		}
	}
	return json.Marshal(value)
}

// assemble makes a value of the values of a node's leaves in one row, by their levels, as the Dremel paper has it:
// definition says how many of the nodes above that may be missing are there, repetition how many lists are above.
func assemble(node parquet.Node, leaves [][]parquet.Value, definition, repetition int) any {
	if len(leaves) == 0 || len(leaves[0]) == 0 {
		return nil
	}
	switch {
	case node.Repeated():
		definition, repetition = definition+1, repetition+1
		values := list{}
		if leaves[0][0].DefinitionLevel() < definition {
			return values
		}
		for _, item := range split(leaves, repetition) {
			values = append(values, present(node, item, definition, repetition))
		}
		return values
	case node.Optional():
		definition++
		if leaves[0][0].DefinitionLevel() < definition {
			return nil
		}
	}
	return present(node, leaves, definition, repetition)
}

// split divides the leaves' values into those of a list's elements: one begins where a value repeats at the list's level.
func split(leaves [][]parquet.Value, repetition int) (items [][][]parquet.Value) {
	for at, values := range leaves {
		n := -1
		for i, begin := 0, 0; i <= len(values); i++ {
			if i < len(values) && (i == 0 || values[i].RepetitionLevel() > repetition) {
				continue
			}
			n++
			if n == len(items) {
				items = append(items, make([][]parquet.Value, len(leaves)))
			}
			items[n][at] = values[begin:i]
			begin = i
		}
	}
	return items
}

// present is the value of a node that is there.
func present(node parquet.Node, leaves [][]parquet.Value, definition, repetition int) any {
	if node.Leaf() {
		return leafValue(node.Type(), leaves[0][0])
	}
	fields := node.Fields()
	switch annotation(node).(type) {
	case *format.ListType:
		if len(fields) == 1 && fields[0].Repeated() {
			return unwrapped(assemble(fields[0], leaves, definition, repetition), fields[0])
		}
	case *format.MapType:
		if len(fields) == 1 && fields[0].Repeated() && len(fields[0].Fields()) == 2 {
			return mapped(assemble(fields[0], leaves, definition, repetition))
		}
	}
	group := object{}
	for _, field := range fields {
		count := leavesOf(field)
		group = append(group, member{field.Name(), assemble(field, leaves[:count], definition, repetition)})
		leaves = leaves[count:]
	}
	return group
}

func annotation(node parquet.Node) any {
	if t := node.Type().LogicalType(); t != nil {
		return t.Value
	}
	return nil
}

// unwrapped takes the elements of a list out of the groups that the format puts around them.
func unwrapped(value any, repeated parquet.Node) any {
	values, ok := value.(list)
	if fields := repeated.Fields(); !ok || repeated.Leaf() || len(fields) != 1 || fields[0].Name() != "element" && fields[0].Name() != "item" && fields[0].Name() != "array_element" {
		return value
	}
	for i, v := range values {
		values[i] = v.(object)[0].value
	}
	return values
}

// mapped makes an object of pairs of a key and a value.
func mapped(value any) any {
	pairs, ok := value.(list)
	if !ok {
		return value
	}
	members := object{}
	for _, pair := range pairs {
		key := pair.(object)[0].value
		if b, ok := key.([]byte); ok {
			key = hex.EncodeToString(b)
		}
		members = append(members, member{fmt.Sprint(key), pair.(object)[1].value})
	}
	return members
}
