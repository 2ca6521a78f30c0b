// SPDX-License-Identifier: Apache-2.0

package store

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"github.com/apache/arrow-go/v18/arrow"
)

// Writer makes a store of one live segment and snapshots, in a new directory. Stores with strings only; one goroutine.
type Writer struct {
	dir     string
	header  Header
	world   *World
	keys    []Key
	to      []target
	live    *os.File
	at      int64
	encoder segmentEncoder
}

// Create makes the directory with store.json and the header of the first segment.
func Create(dir string, header Header) (*Writer, error) {
	header.Kind, header.Format, header.Strings = "arrow-world store", format, true
	if err := header.Schema.check(); err != nil {
		return nil, err
	}
	w := &Writer{dir: dir, header: header, world: newWorld(&header.Schema), keys: header.Schema.keys(), to: targets(&header.Schema)}
	if err := os.MkdirAll(filepath.Join(dir, "log", "live"), 0o755); err != nil {
		return nil, err
	}
	text, err := marshalChecked(header)
	if err != nil {
		return nil, err
	}
	if err := publish(filepath.Join(dir, "store.json"), text); err != nil {
		return nil, err
	}
	id, err := hex.DecodeString(header.Store)
	if err != nil {
		return nil, err
	}
	declared, err := json.Marshal(w.keys)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(w.keys))
	for i, k := range w.keys {
		names[i] = k.Name
	}
	w.encoder = segmentEncoder{keys: wordArray(names)}
	metadata := arrow.NewMetadata(
		[]string{"aw.kind", "aw.format", "aw.store", "aw.schema", "aw.first_seq", "aw.prev_chain", "aw.keys"},
		[]string{"segment", fmt.Sprint(format), header.Store, fmt.Sprint(header.Schema.Version), fmt.Sprintf("%020d", 0),
			fmt.Sprintf("%016x", 0), string(declared)})
	dictionary := func(index arrow.DataType) arrow.DataType {
		return &arrow.DictionaryType{IndexType: index, ValueType: arrow.BinaryTypes.String}
	}
	messages, err := w.encoder.begin(arrow.NewSchema([]arrow.Field{
		{Name: "tick", Type: arrow.PrimitiveTypes.Uint64}, {Name: "rid", Type: arrow.PrimitiveTypes.Uint32},
		{Name: "key", Type: dictionary(arrow.PrimitiveTypes.Uint8)}, {Name: "val", Type: arrow.PrimitiveTypes.Float64},
		{Name: "text", Type: dictionary(arrow.PrimitiveTypes.Uint32), Nullable: true}}, &metadata), id)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "log", "live", fmt.Sprintf("%020d.arrows", 0))
	if err := publish(path, messages); err != nil {
		return nil, err
	}
	w.at = int64(len(messages))
	w.live, err = os.OpenFile(path, os.O_WRONLY, 0)
	return w, err
}

// publish makes a file visible by one rename of a complete, forced one (S-3).
func publish(path string, data []byte) error {
	temporary, err := os.Create(path + ".tmp")
	if err != nil {
		return err
	}
	if _, err = temporary.Write(data); err == nil {
		err = temporary.Sync()
	}
	if closing := temporary.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return err
	}
	if err := os.Rename(path+".tmp", path); err != nil {
		return err
	}
	return force(filepath.Dir(path))
}

func force(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// Change is one row of a tick, in canonical order (O-1 to O-3); Word is the text of keys of encoding code.
type Change struct {
	Key  string
	RID  uint32
	Val  uint64 // the float64's bits
	Word string
}

// Tick logs the changes with their commit row, forces them, applies them, and returns the world.
func (w *Writer) Tick(tick uint64, changes []Change) (*World, error) {
	var rows []Row
	for _, c := range changes {
		row := Row{Tick: tick, RID: c.RID, Val: c.Val}
		for row.Key < len(w.keys) && w.keys[row.Key].Name != c.Key {
			row.Key++
		}
		if row.Key == len(w.keys) {
			return nil, fmt.Errorf("there is no key %q", c.Key)
		}
		if w.keys[row.Key].Encoding == "code" {
			row.HasText, row.Text = true, c.Word
			row.Val = math.Float64bits(float64(w.world.addWord(c.Word)))
		}
		rows = append(rows, row)
	}
	digest := chain(w.world.Chain, tick, rows, true)
	for _, r := range rows {
		if err := w.world.apply(r, w.keys[r.Key], w.to); err != nil {
			return nil, err
		}
	}
	rows = append(rows, Row{Tick: tick, RID: uint32(len(rows)), Val: digest})
	messages, err := w.encoder.next(rows)
	if err != nil {
		return nil, err
	}
	if err := w.show(messages); err != nil {
		return nil, err
	}
	w.world.Tick, w.world.Chain = tick, digest
	w.world.Seq += uint64(len(rows))
	return w.world, nil
}

// show appends messages to the live segment so that a reader sees each whole or not at all (L-18).
func (w *Writer) show(messages []byte) error {
	for len(messages) > 0 {
		f, err := frameAt(messages, 0)
		if err != nil {
			return err
		}
		if _, err := w.live.WriteAt(append(make([]byte, 8), messages[8:f.end]...), w.at); err != nil {
			return err
		}
		if _, err := w.live.WriteAt(messages[:8], w.at); err != nil {
			return err
		}
		w.at += int64(f.end)
		messages = messages[f.end:]
	}
	return w.live.Sync()
}

// Snapshot publishes the world as it is (snapshot.md).
func (w *Writer) Snapshot() error {
	m := Manifest{Kind: "arrow-world snapshot", Format: format, Store: w.header.Store, Schema: w.header.Schema,
		Tick: U64(w.world.Tick), Seq: U64(w.world.Seq), Chain: U64(w.world.Chain), HashWorld: w.world.HashWorld(),
		ResumeHash: w.world.ResumeHash(), Properties: w.header.Properties, Codes: len(w.world.words)}
	dir := filepath.Join(w.dir, "snapshots", fmt.Sprintf("%020d.v%d", m.Tick, m.Schema.Version))
	if err := os.MkdirAll(dir+".tmp", 0o755); err != nil {
		return err
	}
	words := wordArray(w.world.words)
	write := func(name, kind, table string, fields []arrow.Field, columns []arrow.Array, rows int) error {
		metadata := arrow.NewMetadata([]string{"aw.kind", "aw.format", "aw.store", "aw.schema", "aw.table", "aw.tick"},
			[]string{kind, fmt.Sprint(format), m.Store, fmt.Sprint(m.Schema.Version), table, fmt.Sprintf("%020d", m.Tick)})
		file, entry, err := encodeFile(name, arrow.NewSchema(fields, &metadata), columns, rows)
		if err != nil {
			return err
		}
		m.Files = append(m.Files, entry)
		return publish(filepath.Join(dir+".tmp", name), file)
	}
	for _, t := range w.world.Tables {
		m.Tables = append(m.Tables, TableEntry{t.Name, t.Rows, t.nextID, t.columnNames(), t.HashColumns(t.columnNames()...)})
		var fields []arrow.Field
		var columns []arrow.Array
		for i, c := range t.Columns {
			fields = append(fields, arrowField(c))
			columns = append(columns, columnArray(c, t.data[i], words))
		}
		if err := write(t.Name+".arrow", "snapshot", t.Name, fields, columns, t.Rows); err != nil {
			return err
		}
		if !t.table.isRow() {
			continue
		}
		ids, gens := t.freeIDs()
		u32 := func(name string) arrow.Field { return arrowField(Column{Name: name, Type: "u32"}) }
		if err := write(t.Name+".free.arrow", "free", t.Name, []arrow.Field{u32("id"), u32("gen")},
			[]arrow.Array{columnArray(Column{Type: "u32"}, ids, nil), columnArray(Column{Type: "u32"}, gens, nil)}, len(ids)/4); err != nil {
			return err
		}
	}
	word := []arrow.Field{{Name: "word", Type: arrow.BinaryTypes.String}}
	if err := write("codebook.arrow", "codebook", "", word, []arrow.Array{words}, words.Len()); err != nil {
		return err
	}
	text, err := marshalChecked(m)
	if err != nil {
		return err
	}
	if err := publish(filepath.Join(dir+".tmp", "manifest.json"), text); err != nil {
		return err
	}
	if err := os.Rename(dir+".tmp", dir); err != nil {
		return err
	}
	return force(filepath.Dir(dir))
}

// Close forces nothing and seals nothing: the log goes on where it ends (L-19).
func (w *Writer) Close() error { return w.live.Close() }
