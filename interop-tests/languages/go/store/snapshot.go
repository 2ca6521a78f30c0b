// SPDX-License-Identifier: Apache-2.0

package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
)

// Manifest is a snapshot's manifest.json (N-5).
type Manifest struct {
	Kind       string            `json:"kind"`
	Format     int               `json:"format"`
	Store      string            `json:"store"`
	Schema     Schema            `json:"schema"`
	Tick       U64               `json:"tick"`
	Seq        U64               `json:"seq"`
	Chain      U64               `json:"chain"`
	Base       bool              `json:"base"`
	HashWorld  string            `json:"hash_world,omitempty"`
	ResumeHash string            `json:"resume_hash,omitempty"`
	Properties map[string]string `json:"properties"`
	Codes      int               `json:"codes"`
	Tables     []TableEntry      `json:"tables"`
	Files      []FileEntry       `json:"files"`
	path       string
}

// TableEntry is what a manifest says of one table.
type TableEntry struct {
	Name    string   `json:"name"`
	Rows    int      `json:"rows"`
	NextID  uint32   `json:"next_id"`
	Columns []string `json:"columns"`
	Hash    string   `json:"hash,omitempty"`
}

// FileEntry is what a manifest says of one file.
type FileEntry struct {
	Name    string   `json:"name"`
	Bytes   U64      `json:"bytes"`
	Buffers []Buffer `json:"buffers"`
	Rest    string   `json:"rest"`
}

// Buffer is one data buffer of a file: [offset, length, crc].
type Buffer struct {
	Offset, Length U64
	CRC            string
}

func (b Buffer) MarshalJSON() ([]byte, error) { return json.Marshal([]any{b.Offset, b.Length, b.CRC}) }

func (b *Buffer) UnmarshalJSON(data []byte) error {
	var parts []json.RawMessage
	if err := json.Unmarshal(data, &parts); err != nil || len(parts) != 3 {
		return fmt.Errorf("%s is not [offset, length, crc]", data)
	}
	return errors.Join(b.Offset.UnmarshalJSON(parts[0]), b.Length.UnmarshalJSON(parts[1]), json.Unmarshal(parts[2], &b.CRC))
}

// checkedFile reads a file of a snapshot and verifies it (N-6).
func (m *Manifest) checkedFile(name string) ([]byte, error) {
	at := slices.IndexFunc(m.Files, func(f FileEntry) bool { return f.Name == name })
	if at < 0 {
		return nil, fmt.Errorf("%s does not list %s", m.path, name)
	}
	entry := m.Files[at]
	file, err := os.ReadFile(filepath.Join(m.path, name))
	if err != nil {
		return nil, err
	}
	if len(file) != int(entry.Bytes) {
		return nil, fmt.Errorf("%s/%s has %d bytes, the manifest says %d", m.path, name, len(file), entry.Bytes)
	}
	end, rest := 0, uint32(0)
	for _, b := range entry.Buffers {
		from, to := int(b.Offset), int(b.Offset+b.Length)
		if from < end || to < from || to > len(file) {
			return nil, fmt.Errorf("%s/%s: buffer [%d, %d) is out of order or outside", m.path, name, from, to)
		}
		rest = crc32.Update(rest, crc32.IEEETable, file[end:from])
		if crc := fmt.Sprintf("%08x", crc32.ChecksumIEEE(file[from:to])); crc != b.CRC {
			return nil, fmt.Errorf("%s/%s: buffer at %d has the CRC %s, the manifest says %s", m.path, name, from, crc, b.CRC)
		}
		end = to
	}
	if crc := fmt.Sprintf("%08x", crc32.Update(rest, crc32.IEEETable, file[end:])); crc != entry.Rest {
		return nil, fmt.Errorf("%s/%s: the bytes outside of buffers have the CRC %s, the manifest says %s", m.path, name, crc, entry.Rest)
	}
	return file, nil
}

// batch is the one record batch of a snapshot file (N-1).
func (m *Manifest) batch(name, kind, table string) (arrow.RecordBatch, error) {
	file, err := m.checkedFile(name)
	if err != nil {
		return nil, err
	}
	if _, err := readFooter(file); err != nil {
		return nil, fmt.Errorf("%s/%s: %w", m.path, name, err)
	}
	reader, err := ipc.NewFileReader(bytes.NewReader(file))
	if err != nil {
		return nil, fmt.Errorf("%s/%s: %w", m.path, name, err)
	}
	defer reader.Close()
	meta := reader.Schema().Metadata()
	for key, want := range map[string]string{"aw.kind": kind, "aw.format": fmt.Sprint(m.Format), "aw.store": m.Store,
		"aw.schema": fmt.Sprint(m.Schema.Version), "aw.table": table, "aw.tick": fmt.Sprintf("%020d", m.Tick)} {
		if v, _ := meta.GetValue(key); v != want {
			return nil, fmt.Errorf("%s/%s: %s is %q, expected %q", m.path, name, key, v, want)
		}
	}
	if reader.NumRecords() != 1 {
		return nil, fmt.Errorf("%s/%s has %d batches, expected 1", m.path, name, reader.NumRecords())
	}
	return reader.RecordBatchAt(0)
}

// load reads the world that a snapshot holds, and compares it with the manifest's hashes.
func (m *Manifest) load(header *Header) (*World, error) {
	w := newWorld(&header.Schema)
	w.Tick, w.Seq, w.Chain = uint64(m.Tick), uint64(m.Seq), uint64(m.Chain)
	if header.Strings {
		batch, err := m.batch("codebook.arrow", "codebook", "")
		if err != nil {
			return nil, err
		}
		words := batch.Column(0).(*array.String)
		for i := range words.Len() {
			w.addWord(words.Value(i))
		}
	}
	if len(w.words) != m.Codes || len(m.Tables) != len(w.Tables) {
		return nil, fmt.Errorf("%s: %d words and %d tables, the manifest says %d and %d", m.path, len(w.words), len(w.Tables),
			m.Codes, len(m.Tables))
	}
	for i, t := range w.Tables {
		if err := m.loadTable(t, m.Tables[i], w.words); err != nil {
			return nil, fmt.Errorf("%s: table %s: %w", m.path, t.Name, err)
		}
	}
	if m.hashed() && (w.HashWorld() != m.HashWorld || w.ResumeHash() != m.ResumeHash) {
		return nil, fmt.Errorf("%s: hashes are %s and %s, the manifest says %s and %s", m.path, w.HashWorld(), w.ResumeHash(),
			m.HashWorld, m.ResumeHash)
	}
	return w, nil
}

// hashed is whether the hashes are stored: a cache may be without any, a base not (N-11).
func (m *Manifest) hashed() bool {
	stored := m.Base || m.HashWorld != "" || m.ResumeHash != ""
	for _, t := range m.Tables {
		stored = stored || t.Hash != ""
	}
	return stored
}

func (m *Manifest) loadTable(t *TableState, entry TableEntry, words []string) error {
	batch, err := m.batch(t.Name+".arrow", "snapshot", t.Name)
	if err != nil {
		return err
	}
	if entry.Name != t.Name || !slices.Equal(entry.Columns, t.columnNames()) || int(batch.NumCols()) != len(t.Columns) ||
		int(batch.NumRows()) != entry.Rows {
		return fmt.Errorf("%d columns and %d rows, the manifest has table %s, columns %q, %d rows", batch.NumCols(),
			batch.NumRows(), entry.Name, entry.Columns, entry.Rows)
	}
	t.Rows, t.nextID = entry.Rows, entry.NextID
	for i, c := range t.Columns {
		column := batch.Column(i)
		if d, ok := column.(*array.Dictionary); ok {
			if known := d.Dictionary().(*array.String); c.Type != "string" || known.Len() != len(words) {
				return fmt.Errorf("column %s: its dictionary is not the codebook (N-2)", c.Name)
			}
			column = d.Indices()
		}
		if batch.ColumnName(i) != c.Name || column.DataType().(arrow.FixedWidthDataType).Bytes() != widths[c.Type] {
			return fmt.Errorf("column %d is %s of type %s, expected %s of type %s", i, batch.ColumnName(i), column.DataType(), c.Name, c.Type)
		}
		t.data[i] = fixedBytes(column, widths[c.Type])
	}
	if t.slots != nil {
		for row, id := range u32s(batch.Column(0)) {
			t.slots[id] = row
		}
	}
	if hash := t.HashColumns(t.columnNames()...); m.hashed() && hash != entry.Hash {
		return fmt.Errorf("hash_columns is %s, the manifest says %s", hash, entry.Hash)
	}
	if !t.table.isRow() {
		return nil
	}
	free, err := m.batch(t.Name+".free.arrow", "free", t.Name)
	if err != nil {
		return err
	}
	ids, gens := u32s(free.Column(0)), u32s(free.Column(1))
	for i, id := range ids {
		t.lastGen[id] = gens[i]
	}
	if t.table.allocates() {
		t.stack = slices.Clone(ids)
	}
	return nil
}

// fixedBytes are the values of a fixed-width column as a copy of their bytes.
func fixedBytes(column arrow.Array, width int) []byte {
	if column.Len() == 0 {
		return nil
	}
	from := column.Data().Offset() * width
	return slices.Clone(column.Data().Buffers()[1].Bytes()[from : from+column.Len()*width])
}

func u32s(column arrow.Array) []uint32 { return column.(*array.Uint32).Uint32Values() }
