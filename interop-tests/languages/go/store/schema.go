// SPDX-License-Identifier: Apache-2.0

package store

import (
	"fmt"
)

// Schema is a world schema (store.md, "Schema").
type Schema struct {
	Version int     `json:"version"`
	Tables  []Table `json:"tables"`
	Inputs  []Input `json:"inputs"`
}

// Table is one table of a world schema.
type Table struct {
	Name    string   `json:"name"`
	Kind    string   `json:"kind"`
	Of      string   `json:"of,omitempty"`
	IDs     string   `json:"ids,omitempty"`
	Gen     bool     `json:"gen,omitempty"`
	Removal string   `json:"removal,omitempty"`
	Lineage []string `json:"lineage"`
	Columns []Column `json:"columns"`
	Events  []Event  `json:"events"`
}

// Column is one value column; Default is the pattern a log row carries in val (S-8), absent for strings.
type Column struct {
	Name    string `json:"name"`
	Type    string `json:"type"`
	Default *U64   `json:"default,omitempty"`
	Table   string `json:"table,omitempty"` // whose ids its values are (S-14)
	Unit    string `json:"unit,omitempty"`  // (S-15)
	Doc     string `json:"doc,omitempty"`
}

// Event is one kind of event of a table.
type Event struct {
	Name  string `json:"name"`
	Type  string `json:"type"`
	Table string `json:"table,omitempty"`
}

// Input is one kind of input of a world.
type Input struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// Key is the declaration of one key (log.md, "Keys").
type Key struct {
	Code     int    `json:"code"`
	Name     string `json:"name"`
	Type     string `json:"type"`
	Encoding string `json:"encoding"`
	Kind     string `json:"kind"`
	Table    string `json:"table,omitempty"`
	Default  *U64   `json:"default,omitempty"`
}

func (k Key) equal(o Key) bool {
	sameDefault := k.Default == nil && o.Default == nil ||
		k.Default != nil && o.Default != nil && *k.Default == *o.Default
	k.Default, o.Default = nil, nil
	return sameDefault && k == o
}

var widths = map[string]int{"u8": 1, "i8": 1, "bool": 1, "u16": 2, "i16": 2, "u32": 4, "i32": 4, "u64": 8, "i64": 8,
	"f32": 4, "f64": 8, "string": 4}

func encodingOf(kind string) string {
	switch kind {
	case "string":
		return "code"
	case "u64", "i64":
		return "bits"
	default:
		return "value"
	}
}

func (t *Table) isRow() bool      { return t.Kind == "row" }
func (t *Table) isPresence() bool { return t.Kind == "presence" }
func (t *Table) allocates() bool  { return t.isRow() && t.IDs == "allocated" }

// fileColumns are the table's columns in file order (S-6).
func (t *Table) fileColumns() []Column {
	var all []Column
	if t.isRow() || t.isPresence() {
		all = append(all, Column{Name: "id", Type: "u32"})
	}
	if t.isRow() && t.Gen {
		all = append(all, Column{Name: "gen", Type: "u32"})
	}
	return append(all, t.Columns...)
}

func (s *Schema) check() error {
	if s.Version < 1 {
		return fmt.Errorf("schema version is %d, expected one from 1 (S-5)", s.Version)
	}
	for i := range s.Tables {
		t := &s.Tables[i]
		if t.Removal == "" {
			t.Removal = "swap_remove"
		}
		if t.Kind != "row" && t.Kind != "append_only" && t.Kind != "presence" {
			return fmt.Errorf("table %q has the unknown kind %q (S-5)", t.Name, t.Kind)
		}
		if t.isRow() && t.IDs != "allocated" && t.IDs != "external" {
			return fmt.Errorf("table %q has the unknown ids %q (S-7)", t.Name, t.IDs)
		}
		if t.Removal != "swap_remove" && t.Removal != "compact" {
			return fmt.Errorf("table %q has the unknown removal %q (S-7)", t.Name, t.Removal)
		}
		for _, c := range t.Columns {
			if widths[c.Type] == 0 || (c.Default == nil) != (c.Type == "string") {
				return fmt.Errorf("column %s.%s of type %q is not one of the spec's (S-8)", t.Name, c.Name, c.Type)
			}
		}
	}
	return nil
}

// keys are the keys that the schema makes, in the order of L-6.
func (s *Schema) keys() []Key {
	var all []Key
	add := func(name, kind, valueType, table string, byDefault *U64) {
		all = append(all, Key{Code: len(all), Name: name, Type: valueType, Encoding: encodingOf(valueType), Kind: kind,
			Table: table, Default: byDefault})
	}
	add("tick.commit", "commit", "u64", "", nil)
	for _, t := range s.Tables {
		add(t.Name+".born", "born", "u32", t.Of, nil)
		if t.Kind != "append_only" {
			add(t.Name+".died", "died", "u32", t.Of, nil)
		}
		for _, l := range t.Lineage {
			if l == "parent" {
				add(t.Name+".parent", "lineage", "u32", t.Name, nil)
			} else {
				add(t.Name+"."+l, "lineage", "string", "", nil)
			}
		}
		for _, c := range t.Columns {
			add(t.Name+"."+c.Name, "value", c.Type, "", c.Default)
		}
	}
	for _, t := range s.Tables {
		for _, e := range t.Events {
			add(t.Name+"."+e.Name, "event", e.Type, e.Table, nil)
		}
	}
	for _, in := range s.Inputs {
		add("in."+in.Name, "input", in.Type, "", nil)
	}
	return all
}
