// SPDX-License-Identifier: Apache-2.0

package store

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"
)

// World is the state after one committed tick.
type World struct {
	Tick   uint64
	Seq    uint64
	Chain  uint64
	Tables []*TableState
	words  []string
	codes  map[string]uint32
}

// TableState is one table of a world: its columns as little-endian bytes, in file order.
type TableState struct {
	Name    string
	Rows    int
	Columns []Column
	data    [][]byte
	table   *Table
	slots   map[uint32]int    // id -> row; nil for append-only tables
	lastGen map[uint32]uint32 // the generation that ids which are not live last had
	stack   []uint32          // free ids, bottom first (O-10)
	nextID  uint32
}

func newWorld(schema *Schema) *World {
	w := &World{codes: map[string]uint32{}}
	for i := range schema.Tables {
		t := &schema.Tables[i]
		state := &TableState{Name: t.Name, Columns: t.fileColumns(), table: t, lastGen: map[uint32]uint32{}}
		state.data = make([][]byte, len(state.Columns))
		if t.isRow() || t.isPresence() {
			state.slots = map[uint32]int{}
		}
		w.Tables = append(w.Tables, state)
	}
	return w
}

// Words is the codebook so far, in code order.
func (w *World) Words() []string { return w.words }

func (w *World) addWord(word string) uint32 {
	code, known := w.codes[word]
	if !known {
		code = uint32(len(w.words))
		w.codes[word] = code
		w.words = append(w.words, word)
	}
	return code
}

// target says what the rows of a key do: key code -> table and, for values, column.
type target struct{ table, column int }

func targets(schema *Schema) []target {
	all := []target{{-1, -1}}
	for i, t := range schema.Tables {
		fixed := len(t.fileColumns()) - len(t.Columns)
		all = append(all, target{i, -1})
		if t.Kind != "append_only" {
			all = append(all, target{i, -1})
		}
		for range t.Lineage {
			all = append(all, target{-1, -1})
		}
		for c := range t.Columns {
			all = append(all, target{i, fixed + c})
		}
	}
	return all // events and inputs change no table (O-14)
}

// apply does what one row says (order.md, "What a row does").
func (w *World) apply(row Row, key Key, to []target) error {
	if row.HasText {
		if code := w.addWord(row.Text); uint64(code) != uint64(math.Float64frombits(row.Val)) {
			return fmt.Errorf("%q has the code %v, its word is number %d (L-12)", row.Text, math.Float64frombits(row.Val), code)
		}
	}
	if row.Key >= len(to) || to[row.Key].table < 0 {
		return nil
	}
	t := w.Tables[to[row.Key].table]
	switch key.Kind {
	case "born":
		return t.born(row.RID, uint32(math.Float64frombits(row.Val)))
	case "died":
		return t.died(row.RID, uint32(math.Float64frombits(row.Val)))
	default:
		return t.set(row.RID, to[row.Key].column, row.Val)
	}
}

func (t *TableState) set(rid uint32, column int, val uint64) error {
	at, live := int(rid), int(rid) < t.Rows
	if t.slots != nil {
		at, live = t.slots[rid]
	}
	if !live {
		return fmt.Errorf("%s.%s is set for rid %d, which is not live", t.Name, t.Columns[column].Name, rid)
	}
	encoded, err := encodeValue(t.Columns[column].Type, val)
	if err != nil {
		return fmt.Errorf("%s.%s of rid %d: %w", t.Name, t.Columns[column].Name, rid, err)
	}
	copy(t.data[column][at*len(encoded):], encoded)
	return nil
}

func (t *TableState) born(id, gen uint32) error {
	if t.slots == nil {
		if int(id) != t.Rows {
			return fmt.Errorf("%s: row %d is born, expected %d (O-13)", t.Name, id, t.Rows)
		}
	} else if _, live := t.slots[id]; live {
		return fmt.Errorf("%s: id %d is born but lives", t.Name, id)
	}
	if err := t.take(id, gen); err != nil {
		return err
	}
	for i, c := range t.Columns {
		switch {
		case c.Default != nil:
			encoded, err := encodeValue(c.Type, uint64(*c.Default))
			if err != nil {
				return err
			}
			t.data[i] = append(t.data[i], encoded...)
		case i == 0 && t.slots != nil:
			t.data[i] = binary.LittleEndian.AppendUint32(t.data[i], id)
		case i == 1 && t.table.isRow() && t.table.Gen:
			t.data[i] = binary.LittleEndian.AppendUint32(t.data[i], gen)
		default: // a string: its row follows (O-2)
			t.data[i] = append(t.data[i], 0, 0, 0, 0)
		}
	}
	if t.slots != nil {
		t.slots[id] = t.Rows
	}
	t.Rows++
	return nil
}

// take checks a born id and its generation (O-10, O-11) and takes the id from where it came.
func (t *TableState) take(id, gen uint32) error {
	want := uint32(0)
	if last, lived := t.lastGen[id]; lived && t.table.Gen {
		want = last + 1
	}
	if gen != want {
		return fmt.Errorf("%s: id %d is born with generation %d, expected %d (O-11)", t.Name, id, gen, want)
	}
	delete(t.lastGen, id)
	if !t.table.allocates() {
		return nil
	}
	if top := len(t.stack) - 1; top >= 0 {
		if t.stack[top] != id {
			return fmt.Errorf("%s: id %d is born, the stack's top is %d (O-10)", t.Name, id, t.stack[top])
		}
		t.stack = t.stack[:top]
		return nil
	}
	if id != t.nextID {
		return fmt.Errorf("%s: id %d is born, the next new one is %d (O-10)", t.Name, id, t.nextID)
	}
	t.nextID++
	return nil
}

func (t *TableState) died(id, gen uint32) error {
	at, live := t.slots[id]
	if !live {
		return fmt.Errorf("%s: id %d dies but does not live", t.Name, id)
	}
	if t.table.isRow() && t.table.Gen {
		if has := binary.LittleEndian.Uint32(t.data[1][4*at:]); has != gen {
			return fmt.Errorf("%s: id %d dies in generation %d, it has %d", t.Name, id, gen, has)
		}
		t.lastGen[id] = gen
		if t.table.allocates() {
			t.stack = append(t.stack, id)
		}
	} else if gen != 0 {
		return fmt.Errorf("%s: id %d dies in generation %d, the table has none", t.Name, id, gen)
	}
	delete(t.slots, id)
	last := t.Rows - 1
	for i, c := range t.Columns {
		w := widths[c.Type]
		d := t.data[i]
		if t.table.Removal == "compact" {
			t.data[i] = slices.Delete(d, at*w, at*w+w)
		} else {
			copy(d[at*w:at*w+w], d[last*w:])
			t.data[i] = d[:last*w]
		}
	}
	t.Rows = last
	for moved := at; moved < last; moved++ { // O-9
		t.slots[binary.LittleEndian.Uint32(t.data[0][4*moved:])] = moved
		if t.table.Removal != "compact" {
			break
		}
	}
	return nil
}

// freeIDs are the ids and generations of free.arrow (N-4), as little-endian u32s.
func (t *TableState) freeIDs() (ids, gens []byte) {
	free := t.stack
	if !t.table.allocates() && t.table.Gen {
		free = slices.Sorted(maps.Keys(t.lastGen))
	}
	for _, id := range free {
		ids = binary.LittleEndian.AppendUint32(ids, id)
		gens = binary.LittleEndian.AppendUint32(gens, t.lastGen[id])
	}
	return ids, gens
}

// encodeValue turns a log value into the column's little-endian bytes (L-9 to L-11).
func encodeValue(columnType string, bits uint64) ([]byte, error) {
	le := binary.LittleEndian
	f := math.Float64frombits(bits)
	switch columnType {
	case "u64", "i64", "f64":
		return le.AppendUint64(nil, bits), nil
	case "f32":
		if f != f { // L-10: on its bits
			return le.AppendUint32(nil, uint32(bits>>63)<<31|0xFF<<23|uint32(bits>>29)&0x7FFFFF), nil
		}
		if float64(float32(f)) != f {
			return nil, fmt.Errorf("%v is no float32", f)
		}
		return le.AppendUint32(nil, math.Float32bits(float32(f))), nil
	}
	low, high := 0.0, 0.0
	switch columnType {
	case "bool":
		high = 1
	case "u8", "u16", "u32", "string":
		high = math.Ldexp(1, 8*widths[columnType]) - 1
	case "i8", "i16", "i32":
		low, high = -math.Ldexp(1, 8*widths[columnType]-1), math.Ldexp(1, 8*widths[columnType]-1)-1
	}
	if !(f >= low && f <= high) || f != math.Trunc(f) || f == 0 && math.Signbit(f) {
		return nil, fmt.Errorf("%v is no %s", f, columnType)
	}
	return le.AppendUint64(nil, uint64(int64(f)))[:widths[columnType]], nil
}
