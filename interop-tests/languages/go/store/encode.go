// SPDX-License-Identifier: Apache-2.0

package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	flatbuffers "github.com/google/flatbuffers/go"
)

const (
	bufferAlignment = 64 // N-1
	metadataV5      = 4  // MetadataVersion of Arrow's Schema.fbs
)

// columnArray makes an Arrow array of a table's little-endian bytes; strings take the codebook as their dictionary.
func columnArray(column Column, data []byte, words arrow.Array) arrow.Array {
	rows := len(data) / widths[column.Type]
	values := memory.NewBufferBytes(data)
	if column.Type == "string" {
		codes := array.NewUint32Data(array.NewData(arrow.PrimitiveTypes.Uint32, rows, []*memory.Buffer{nil, values}, nil, 0, 0))
		return array.NewDictionaryArray(arrowType(column.Type), codes, words)
	}
	return array.MakeFromData(array.NewData(arrowType(column.Type), rows, []*memory.Buffer{nil, values}, nil, 0, 0))
}

func arrowType(columnType string) arrow.DataType {
	switch columnType {
	case "u8", "bool":
		return arrow.PrimitiveTypes.Uint8
	case "i8":
		return arrow.PrimitiveTypes.Int8
	case "u16":
		return arrow.PrimitiveTypes.Uint16
	case "i16":
		return arrow.PrimitiveTypes.Int16
	case "u32":
		return arrow.PrimitiveTypes.Uint32
	case "i32":
		return arrow.PrimitiveTypes.Int32
	case "u64":
		return arrow.PrimitiveTypes.Uint64
	case "i64":
		return arrow.PrimitiveTypes.Int64
	case "f32":
		return arrow.PrimitiveTypes.Float32
	case "f64":
		return arrow.PrimitiveTypes.Float64
	default:
		return &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Uint32, ValueType: arrow.BinaryTypes.String}
	}
}

func arrowField(c Column) arrow.Field {
	f := arrow.Field{Name: c.Name, Type: arrowType(c.Type)}
	var names, texts []string
	for _, said := range [][2]string{{"aw.type", map[string]string{"bool": "bool"}[c.Type]}, {"aw.unit", c.Unit}, {"aw.doc", c.Doc}} {
		if said[1] != "" {
			names, texts = append(names, said[0]), append(texts, said[1])
		}
	}
	if len(names) > 0 {
		f.Metadata = arrow.NewMetadata(names, texts)
	}
	return f
}

func wordArray(words []string) *array.String {
	b := array.NewStringBuilder(memory.DefaultAllocator)
	b.AppendValues(words, nil)
	return b.NewStringArray()
}

// encodeFile makes a snapshot file: one batch, aligned buffers, a footer with its CRC (N-1, B-7); entry lists its buffers.
func encodeFile(name string, schema *arrow.Schema, columns []arrow.Array, rows int) (file []byte, entry FileEntry, err error) {
	var stream bytes.Buffer
	writer := ipc.NewWriter(&stream, ipc.WithSchema(schema))
	if err := writer.Write(array.NewRecordBatch(schema, columns, int64(rows))); err != nil {
		return nil, entry, err
	}
	entry.Name, entry.Buffers = name, []Buffer{}
	file = []byte("ARROW1\x00\x00")
	var schemaMessage []byte
	blocks := map[byte][][3]int{}
	for pos := 0; ; {
		f, err := frameAt(stream.Bytes(), pos)
		if err == errEnd {
			break
		}
		if err != nil {
			return nil, entry, err
		}
		pos = f.end
		metadata, body, buffers := aligned(f)
		for (len(file)+8+len(metadata))%bufferAlignment != 0 {
			metadata = append(metadata, 0)
		}
		blocks[f.kind] = append(blocks[f.kind], [3]int{len(file), 8 + len(metadata), len(body)})
		file = append(file, 0xFF, 0xFF, 0xFF, 0xFF) // B-3
		file = binary.LittleEndian.AppendUint32(file, uint32(len(metadata)))
		file = append(file, metadata...)
		for _, b := range buffers {
			entry.Buffers = append(entry.Buffers, Buffer{U64(len(file) + b.from), U64(b.to - b.from),
				fmt.Sprintf("%08x", crc32.ChecksumIEEE(body[b.from:b.to]))})
		}
		file = append(file, body...)
		if schemaMessage == nil {
			schemaMessage = f.metadata
		}
	}
	last := len(file)
	file = append(file, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0)
	foot := encodeFooter(schemaMessage, blocks[kindDictionary], blocks[kindRecordBatch])
	file = append(file, foot...)
	file = binary.LittleEndian.AppendUint32(file, uint32(len(foot)))
	file = append(file, "ARROW1"...)
	digits := keyValues(rootTable(foot), 4, last+8, maxMetadata)["aw.footer_crc"]
	crc := crc32.ChecksumIEEE(file[last:])
	copy(file[digits.from:digits.to], fmt.Sprintf("%08x", crc))
	entry.Bytes = U64(len(file))
	rest, end := uint32(0), 0
	for _, b := range entry.Buffers {
		rest = crc32.Update(rest, crc32.IEEETable, file[end:b.Offset])
		end = int(b.Offset + b.Length)
	}
	entry.Rest = fmt.Sprintf("%08x", crc32.Update(rest, crc32.IEEETable, file[end:]))
	return file, entry, nil
}

// aligned lays a message's buffers out anew, each at a multiple of 64 bytes (arrow-go gives them 8), and sets their
// offsets and the body's length in a copy of its metadata. The ranges are those of the buffers that are not empty.
func aligned(f frame) (metadata, body []byte, buffers []span) {
	metadata = slices.Clone(f.metadata)
	message := rootTable(metadata)
	if f.kind != kindDictionary && f.kind != kindRecordBatch {
		return metadata, nil, nil
	}
	batch := flatbuffers.Table{Bytes: metadata}
	message.Union(&batch, flatbuffers.UOffsetT(message.Offset(slot(2))))
	if f.kind == kindDictionary { // DictionaryBatch: id, data
		batch.Pos = batch.Indirect(batch.Pos + flatbuffers.UOffsetT(batch.Offset(slot(1))))
	}
	o := flatbuffers.UOffsetT(batch.Offset(slot(2)))
	for i := range batch.VectorLen(o) {
		at := batch.Vector(o) + flatbuffers.UOffsetT(16*i)
		from, length := int(batch.GetInt64(at)), int(batch.GetInt64(at+8))
		if length > 0 {
			buffers = append(buffers, span{len(body), len(body) + length})
		}
		binary.LittleEndian.PutUint64(metadata[at:], uint64(len(body)))
		body = append(body, f.body[from:from+length]...)
		body = append(body, make([]byte, -len(body)&(bufferAlignment-1))...)
	}
	message.MutateInt64Slot(slot(3), int64(len(body)))
	return metadata, body, buffers
}

// encodeFooter builds a Footer with custom metadata, which arrow-go's file writer cannot. Its schema is the table of the
// schema message, whose bytes stand behind it as they are: a flatbuffer's offsets may point there.
func encodeFooter(schemaMessage []byte, dictionaries, batches [][3]int) []byte {
	b := flatbuffers.NewBuilder(1024)
	b.Prep(8, len(schemaMessage))
	for _, c := range slices.Backward(schemaMessage) {
		b.PlaceByte(c)
	}
	message := rootTable(schemaMessage)
	var schema flatbuffers.Table
	message.Union(&schema, flatbuffers.UOffsetT(message.Offset(slot(2))))
	schemaAt := b.Offset() - schema.Pos // offsets count from the end
	key, value := b.CreateString("aw.footer_crc"), b.CreateString(crcZeros)
	b.StartObject(2)
	b.PrependUOffsetTSlot(0, key, 0)
	b.PrependUOffsetTSlot(1, value, 0)
	pair := b.EndObject()
	b.StartVector(4, 1, 4)
	b.PrependUOffsetT(pair)
	custom := b.EndVector(1)
	vector := func(blocks [][3]int) flatbuffers.UOffsetT {
		b.StartVector(24, len(blocks), 8)
		for _, block := range slices.Backward(blocks) {
			b.Prep(8, 24)
			b.PrependInt64(int64(block[2]))
			b.Pad(4)
			b.PrependInt32(int32(block[1]))
			b.PrependInt64(int64(block[0]))
		}
		return b.EndVector(len(blocks))
	}
	dictionaryBlocks, batchBlocks := vector(dictionaries), vector(batches)
	b.StartObject(5)
	b.PrependInt16Slot(0, metadataV5, 0)
	b.PrependUOffsetTSlot(1, schemaAt, 0)
	b.PrependUOffsetTSlot(2, dictionaryBlocks, 0)
	b.PrependUOffsetTSlot(3, batchBlocks, 0)
	b.PrependUOffsetTSlot(4, custom, 0)
	b.Finish(b.EndObject())
	return b.FinishedBytes()
}

// segmentEncoder turns ticks into the messages of a live segment. arrow-go writes the stream; this adds the checksums.
type segmentEncoder struct {
	keys    *array.String
	stream  bytes.Buffer
	writer  *ipc.Writer
	schema  *arrow.Schema
	seq     uint64
	seed    []byte
	words   []byte // the last dictionary message of text
	pending []byte // bytes since the last batch, which the next checksum covers (B-2)
}

// batch encodes rows; it returns the dictionary messages and the record-batch message, checksummed.
func (e *segmentEncoder) batch(rows []Row) ([]byte, error) {
	ticks, rids := array.NewUint64Builder(memory.DefaultAllocator), array.NewUint32Builder(memory.DefaultAllocator)
	vals, text := array.NewUint64Builder(memory.DefaultAllocator), array.NewUint32Builder(memory.DefaultAllocator)
	keys := array.NewUint8Builder(memory.DefaultAllocator)
	var words []string
	for _, r := range rows {
		ticks.Append(r.Tick)
		rids.Append(r.RID)
		keys.Append(uint8(r.Key))
		vals.Append(r.Val)
		if !r.HasText {
			text.AppendNull()
			continue
		}
		at := slices.Index(words, r.Text)
		if at < 0 {
			at, words = len(words), append(words, r.Text)
		}
		text.Append(uint32(at))
	}
	bits := vals.NewArray().Data()
	columns := []arrow.Array{ticks.NewArray(), rids.NewArray(),
		array.NewDictionaryArray(e.schema.Field(2).Type, keys.NewArray(), e.keys),
		array.MakeFromData(array.NewData(arrow.PrimitiveTypes.Float64, len(rows), bits.Buffers(), nil, 0, 0)),
		array.NewDictionaryArray(e.schema.Field(4).Type, text.NewArray(), wordArray(words))}
	metadata := arrow.NewMetadata([]string{"aw.first_seq", "aw.crc"}, []string{fmt.Sprintf("%020d", e.seq), crcZeros})
	e.stream.Reset()
	if err := e.writer.Write(array.NewRecordBatchWithMetadata(e.schema, columns, int64(len(rows)), metadata)); err != nil {
		return nil, err
	}
	return slices.Clone(e.stream.Bytes()), nil
}

// begin makes the header of a live segment: the schema and one dictionary message per field (L-17).
func (e *segmentEncoder) begin(schema *arrow.Schema, id []byte) ([]byte, error) {
	e.schema = schema
	e.writer = ipc.NewWriter(&e.stream, ipc.WithSchema(schema))
	messages, err := e.batch(nil)
	if err != nil {
		return nil, err
	}
	for pos := 0; ; {
		f, err := frameAt(messages, pos)
		if err != nil {
			return nil, errors.Join(errors.New("arrow-go wrote no empty batch"), err)
		}
		if f.kind == kindRecordBatch { // an empty one, which no segment has
			e.pending = messages[:pos]
			e.seed = binary.LittleEndian.AppendUint64(slices.Clone(id), e.seq)
			return messages[:pos], nil
		}
		pos = f.end
	}
}

// next encodes rows as messages with their checksum; the dictionary comes only where there is text (L-19).
func (e *segmentEncoder) next(rows []Row) ([]byte, error) {
	messages, err := e.batch(rows)
	if err != nil {
		return nil, err
	}
	pos := 0
	for {
		f, err := frameAt(messages, pos)
		if err != nil {
			return nil, err
		}
		if f.kind == kindRecordBatch {
			break
		}
		e.words = slices.Clone(messages[pos:f.end]) // left out by arrow-go where it is the one before
		pos = f.end
	}
	messages = messages[pos:]
	if slices.ContainsFunc(rows, func(r Row) bool { return r.HasText }) {
		messages = append(slices.Clone(e.words), messages...)
	}
	covered := append(slices.Clone(e.pending), messages...)
	f, err := lastFrame(messages)
	if err != nil {
		return nil, err
	}
	crc := crc32.Update(crc32.ChecksumIEEE(e.seed), crc32.IEEETable, covered)
	digits := f.custom["aw.crc"]
	copy(messages[digits.from:digits.to], fmt.Sprintf("%08x", crc))
	e.seed, e.pending = binary.LittleEndian.AppendUint32(nil, crc), nil
	e.seq += uint64(len(rows))
	return messages, nil
}

func lastFrame(messages []byte) (last frame, err error) {
	for pos := 0; ; pos = last.end {
		f, err := frameAt(messages, pos)
		if err == errEnd {
			return last, nil
		}
		if err != nil {
			return last, err
		}
		last = f
	}
}
