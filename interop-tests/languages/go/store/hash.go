// SPDX-License-Identifier: Apache-2.0

package store

import (
	"encoding/binary"
	"encoding/hex"
	"hash"
	"hash/crc32"

	"golang.org/x/crypto/blake2b"
)

func blake(size int) hash.Hash {
	h, err := blake2b.New(size, nil)
	if err != nil {
		panic(err) // the sizes are constants
	}
	return h
}

// chain is the digest over one tick's rows, without its commit row (L-15).
func chain(before uint64, tick uint64, rows []Row, strings bool) uint64 {
	var ticks, rids, keys, vals, text []byte
	le := binary.LittleEndian
	for _, r := range rows {
		ticks = le.AppendUint64(ticks, r.Tick)
		rids = le.AppendUint32(rids, r.RID)
		keys = le.AppendUint16(keys, uint16(r.Key))
		vals = le.AppendUint64(vals, r.Val)
		if r.HasText {
			text = append(le.AppendUint32(text, uint32(len(r.Text))), r.Text...)
		} else {
			text = le.AppendUint32(text, 0xFFFFFFFF)
		}
	}
	input := le.AppendUint64(nil, before)
	input = le.AppendUint64(input, tick)
	input = le.AppendUint32(input, uint32(len(rows)))
	columns := [][]byte{ticks, rids, keys, vals}
	if strings {
		columns = append(columns, text)
	}
	for _, c := range columns {
		input = le.AppendUint32(input, crc32.ChecksumIEEE(c))
	}
	h := blake(8)
	h.Write(input)
	return le.Uint64(h.Sum(nil))
}

// HashColumns is hash_columns (H-1), in hex.
func (t *TableState) HashColumns(names ...string) string {
	return hex.EncodeToString(t.hashColumns(names))
}

func (t *TableState) hashColumns(names []string) []byte {
	h := blake(16)
	for _, name := range names {
		for i, c := range t.Columns {
			if c.Name == name {
				h.Write(t.data[i])
			}
		}
	}
	return h.Sum(nil)
}

func (t *TableState) columnNames() []string {
	var names []string
	for _, c := range t.Columns {
		names = append(names, c.Name)
	}
	return names
}

func (w *World) hashWorld() []byte {
	h := blake(16)
	for _, t := range w.Tables {
		h.Write(append([]byte(t.Name), 0))
		h.Write(binary.LittleEndian.AppendUint64(nil, uint64(t.Rows)))
		h.Write(t.hashColumns(t.columnNames()))
	}
	return h.Sum(nil)
}

// HashWorld is hash_world (H-2), in hex.
func (w *World) HashWorld() string { return hex.EncodeToString(w.hashWorld()) }

// ResumeHash is resume_hash (H-3), in hex.
func (w *World) ResumeHash() string {
	h := blake(16)
	h.Write(w.hashWorld())
	h.Write(binary.LittleEndian.AppendUint64(nil, w.Tick))
	for _, t := range w.Tables {
		if t.table.isRow() {
			b := binary.LittleEndian.AppendUint32(nil, t.nextID)
			b = binary.LittleEndian.AppendUint32(b, uint32(len(t.stack)))
			for _, id := range t.stack {
				b = binary.LittleEndian.AppendUint32(b, id)
			}
			h.Write(b)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}
