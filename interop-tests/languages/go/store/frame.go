// SPDX-License-Identifier: Apache-2.0

package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	flatbuffers "github.com/google/flatbuffers/go"
)

const (
	kindDictionary  = 2 // MessageHeader of Arrow's Message.fbs
	kindRecordBatch = 3
	maxMetadata     = 16 << 20 // B-4
	mostPairs       = 64       // of custom metadata in a batch that is looked for (B-5)
	mostKey         = 100      // bytes of a metadata key
	crcZeros        = "00000000"
)

// frame is one encapsulated IPC message inside a file's bytes (B-3).
type frame struct {
	start, end int
	metadata   []byte // a slice of the file
	body       []byte
	kind       byte
	custom     map[string]span // the message's custom metadata: where in the file each value stands
}

// span is a range of a file's bytes.
type span struct{ from, to int }

var errEnd = errors.New("end of stream")

// frameAt reads the framing of the message at pos and checks its bounds; errEnd where the stream ends there.
func frameAt(file []byte, pos int) (f frame, err error) { return frameWith(file, pos, maxMetadata) }

// frameWith is frameAt, reading so many pairs of custom metadata at most.
func frameWith(file []byte, pos, most int) (f frame, err error) {
	defer func() {
		if r := recover(); r != nil { // flatbuffers' accessors do not check bounds
			err = fmt.Errorf("message at byte %d: its metadata does not parse: %v", pos, r)
		}
	}()
	if onlyZeros(file[pos:min(pos+8, len(file))]) {
		return f, errEnd
	}
	if len(file)-pos < 8 || binary.LittleEndian.Uint32(file[pos:]) != 0xFFFFFFFF {
		return f, fmt.Errorf("byte %d does not begin a message", pos)
	}
	length := int(int32(binary.LittleEndian.Uint32(file[pos+4:])))
	if length == 0 {
		return f, errEnd
	}
	if length < 0 || length > maxMetadata || length > len(file)-pos-8 {
		return f, fmt.Errorf("message at byte %d: its metadata of %d bytes does not fit", pos, length)
	}
	metadata := file[pos+8 : pos+8+length]
	message := rootTable(metadata)
	bodyLength := message.GetInt64Slot(slot(3), 0)
	if bodyLength < 0 || bodyLength > int64(len(file)-pos-8-length) {
		return f, fmt.Errorf("message at byte %d: its body of %d bytes is not inside the file", pos, bodyLength)
	}
	f = frame{start: pos, end: pos + 8 + length + int(bodyLength), metadata: metadata, kind: message.GetByteSlot(slot(1), 0)}
	f.body = file[pos+8+length : f.end]
	f.custom = keyValues(message, 4, pos+8, most)
	return f, nil
}

// onlyZeros tells nothing, or room (L-31), from what was written.
func onlyZeros(bytes []byte) bool {
	for _, b := range bytes {
		if b != 0 {
			return false
		}
	}
	return true
}

// text is a custom metadata value, or "".
func (f *frame) text(file []byte, key string) string {
	s := f.custom[key]
	return string(file[s.from:s.to])
}

func rootTable(buf []byte) *flatbuffers.Table {
	return &flatbuffers.Table{Bytes: buf, Pos: flatbuffers.GetUOffsetT(buf)}
}

// slot is the vtable offset of a table's field by its number in Arrow's .fbs files.
func slot(field int) flatbuffers.VOffsetT { return flatbuffers.VOffsetT(4 + 2*field) }

// keyValues reads a [KeyValue] field of a table whose buffer stands at byte `at` of the file.
func keyValues(t *flatbuffers.Table, field, at, most int) map[string]span {
	o := t.Offset(slot(field))
	if o == 0 {
		return nil
	}
	all := map[string]span{}
	first := t.Vector(flatbuffers.UOffsetT(o))
	for i := range min(most, t.VectorLen(flatbuffers.UOffsetT(o))) {
		pair := flatbuffers.Table{Bytes: t.Bytes, Pos: t.Indirect(first + flatbuffers.UOffsetT(4*i))}
		value := flatbuffers.UOffsetT(pair.Offset(slot(1)))
		from := int(pair.Vector(value))
		to := from + pair.VectorLen(value)
		_ = t.Bytes[from:to] // panics where the value is not inside
		key := int(pair.Vector(flatbuffers.UOffsetT(pair.Offset(slot(0)))))
		length := pair.VectorLen(flatbuffers.UOffsetT(pair.Offset(slot(0))))
		if length > mostKey {
			continue // none that this format knows, and perhaps hostile
		}
		name := string(t.Bytes[key : key+length])
		if _, twice := all[name]; twice {
			panic(fmt.Sprintf("metadata key %q stands twice", name))
		}
		all[name] = span{at + from, at + to}
	}
	return all
}

// crcWithout is the CRC-32 of file[from:to], continued from crc, with the 8 digits at `digits` read as zeros.
func crcWithout(crc uint32, file []byte, from, to int, digits span) (uint32, error) {
	if digits.to-digits.from != len(crcZeros) || digits.from < from || digits.to > to {
		return 0, fmt.Errorf("the checksum of bytes %d to %d is not among them", from, to)
	}
	crc = crc32.Update(crc, crc32.IEEETable, file[from:digits.from])
	crc = crc32.Update(crc, crc32.IEEETable, []byte(crcZeros))
	return crc32.Update(crc, crc32.IEEETable, file[digits.to:to]), nil
}

// footer is what this format adds to the footer of an Arrow IPC file, and where the record batches stand.
type footer struct {
	custom  map[string]string
	batches []span
}

// readFooter finds the footer and checks aw.footer_crc (B-7).
func readFooter(file []byte) (f footer, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the footer does not parse: %v", r)
		}
	}()
	tail := len(file) - 10
	if tail < 8 || !bytes.HasPrefix(file, []byte("ARROW1\x00\x00")) || string(file[tail+4:]) != "ARROW1" {
		return f, errors.New("not an Arrow IPC file")
	}
	start := tail - int(int32(binary.LittleEndian.Uint32(file[tail:])))
	if start < 8 || start >= tail {
		return f, fmt.Errorf("a footer from byte %d to %d is not inside the file", start, tail)
	}
	root := rootTable(file[start:tail])
	spans := keyValues(root, 4, start, maxMetadata)
	f.batches = blocks(root, 3)
	last := 8
	if all := append(blocks(root, 2), f.batches...); len(all) > 0 {
		last = all[len(all)-1].to
	} else {
		schema, err := frameAt(file, 8)
		if err != nil {
			return f, err
		}
		last = schema.end
	}
	crc, err := crcWithout(0, file, last, len(file), spans["aw.footer_crc"])
	if err != nil {
		return f, fmt.Errorf("footer: %w", err)
	}
	f.custom = map[string]string{}
	for k, s := range spans {
		f.custom[k] = string(file[s.from:s.to])
	}
	if stored := f.custom["aw.footer_crc"]; stored != fmt.Sprintf("%08x", crc) {
		return f, fmt.Errorf("the footer's CRC is %08x, it says %s (B-7)", crc, stored)
	}
	return f, nil
}

// blocks reads a [Block] field of a Footer: structs of offset i64, metadata length i32, padding, body length i64.
func blocks(t *flatbuffers.Table, field int) []span {
	o := flatbuffers.UOffsetT(t.Offset(slot(field)))
	if o == 0 {
		return nil
	}
	var all []span
	for i := range t.VectorLen(o) {
		at := t.Vector(o) + flatbuffers.UOffsetT(24*i)
		from := int(t.GetInt64(at))
		all = append(all, span{from, from + int(t.GetInt32(at+8)) + int(t.GetInt64(at+16))})
	}
	return all
}
