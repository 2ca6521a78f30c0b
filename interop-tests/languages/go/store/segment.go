// SPDX-License-Identifier: Apache-2.0

package store

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
)

// Row is one row of the log; HasText tells an empty word from none.
type Row struct {
	Tick    uint64
	RID     uint32
	Key     int
	Val     uint64 // the float64's bits
	Text    string
	HasText bool
}

// segment is what one segment file holds.
type segment struct {
	path      string
	sealed    bool
	header    bool   // whether its header could be read
	first     uint64 // seq
	prevChain uint64
	keys      []Key
	rows      []Row
	tail      string // what a live segment's torn tail is, "" where it is clean (L-22)
}

func (s *segment) end() uint64 { return s.first + uint64(len(s.rows)) }

// readSegment verifies every batch (batch.md) and reads the rows up to the last commit row.
func readSegment(path string, sealed bool, header *Header) (*segment, error) {
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	s := &segment{path: path, sealed: sealed, header: true}
	start := 0
	var foot footer
	if sealed {
		if foot, err = readFooter(file); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		start = 8
	}
	batches, stop, failure := verifyBatches(file, start, header.Store)
	if sealed && failure != nil {
		return nil, fmt.Errorf("%s: damaged: %w", path, failure)
	}
	if failure != nil && len(batches) == 0 { // then nothing vouches for the header: it is not read (B-4)
		s.header = false
		s.first, err = parseDecimal(strings.TrimSuffix(filepath.Base(path), ".arrows"))
	} else {
		err = s.read(file[start:stop], file, batches, header)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if sealed {
		return s, s.checkSealed(foot, batches, file)
	}
	if failure == nil && !onlyZeros(file[stop:]) {
		failure = fmt.Errorf("%d bytes behind the last batch", len(file)-stop)
	}
	if failure != nil {
		if at := laterBatch(file, stop, s.end()); at >= 0 {
			return nil, fmt.Errorf("%s: damaged at byte %d: %w; a batch stands behind it at byte %d", path, stop, failure, at)
		}
		s.tail = failure.Error()
	}
	committed := len(s.rows)
	for committed > 0 && s.rows[committed-1].Key != 0 {
		committed--
	}
	if committed < len(s.rows) {
		s.tail = fmt.Sprintf("%d rows without a commit row", len(s.rows)-committed)
	}
	s.rows = s.rows[:committed]
	return s, nil
}

// read takes schema and rows from a verified stream.
func (s *segment) read(stream, file []byte, batches []frame, header *Header) (failure error) {
	defer func() {
		if r := recover(); r != nil { // Arrow's accessors do not check the offsets of words
			failure = fmt.Errorf("the batches do not parse: %v", r)
		}
	}()
	reader, err := ipc.NewReader(bytes.NewReader(stream))
	if err != nil {
		return err
	}
	defer reader.Release()
	if err := s.readMetadata(reader.Schema(), header); err != nil {
		return err
	}
	return s.readRows(reader, batches, file, header)
}

// verifyBatches checks framing, order and CRC of the batches from byte start on (B-2); it returns those that verify,
// the byte behind the last one (or behind the dictionaries of the header), and why it stopped, if not at the end.
func verifyBatches(file []byte, start int, id string) (batches []frame, stop int, failure error) {
	raw, _ := hex.DecodeString(id)
	var seed []byte
	covered := 0 // the end of the batch before
	stop, pos := start, start
	for {
		f, err := frameAt(file, pos)
		if err == errEnd {
			if stop < pos && len(batches) > 0 {
				return batches, stop, errors.New("a dictionary without its batch")
			}
			return batches, stop, nil
		}
		if err != nil {
			return batches, stop, err
		}
		pos = f.end
		if f.kind != kindRecordBatch {
			if len(batches) == 0 {
				stop = pos // the header, published as one unit (L-17)
			}
			continue
		}
		if len(batches) == 0 {
			first, err := parseDecimal(f.text(file, "aw.first_seq"))
			if err != nil {
				return batches, stop, err
			}
			seed = binary.LittleEndian.AppendUint64(raw, first)
		}
		crc, err := crcWithout(crc32.ChecksumIEEE(seed), file, covered, f.end, f.custom["aw.crc"])
		if err != nil {
			return batches, stop, err
		}
		if stored := f.text(file, "aw.crc"); stored != fmt.Sprintf("%08x", crc) {
			return batches, stop, fmt.Errorf("the batch at byte %d has the CRC %08x, it says %s", f.start, crc, stored)
		}
		seed = binary.LittleEndian.AppendUint32(nil, crc)
		batches, covered, stop = append(batches, f), f.end, f.end
	}
}

// laterBatch looks for a batch of the log behind byte from (L-23): -1 if there is none.
func laterBatch(file []byte, from int, unverified uint64) int {
	for at := (from + 7) &^ 7; at+8 <= len(file); at += 8 {
		f, err := frameWith(file, at, mostPairs)
		if err != nil || f.kind != kindRecordBatch {
			continue
		}
		key := "aw.first_seq"
		if _, partly := f.custom["aw.synced"]; partly { // rows before the batch were not forced yet (B-8)
			key = "aw.synced"
		}
		forced, err := parseDecimal(f.text(file, key))
		if _, hasCRC := f.custom["aw.crc"]; err == nil && hasCRC && forced > unverified {
			return at
		}
	}
	return -1
}

func (s *segment) readMetadata(schema *arrow.Schema, header *Header) error {
	meta := schema.Metadata()
	value := func(key string) string {
		v, _ := meta.GetValue(key)
		return v
	}
	for key, want := range map[string]string{"aw.kind": "segment", "aw.format": fmt.Sprint(header.Format),
		"aw.store": header.Store} {
		if value(key) != want {
			return fmt.Errorf("%s is %q, expected %q", key, value(key), want)
		}
	}
	names := []string{"tick", "rid", "key", "val"}
	if header.Strings {
		names = append(names, "text")
	}
	if schema.NumFields() != len(names) {
		return fmt.Errorf("%d columns, expected %q", schema.NumFields(), names)
	}
	for i, n := range names {
		if schema.Field(i).Name != n {
			return fmt.Errorf("column %d is %q, expected %q", i, schema.Field(i).Name, n)
		}
	}
	var err error
	if s.first, err = parseDecimal(value("aw.first_seq")); err != nil {
		return err
	}
	if s.prevChain, err = parseHex(value("aw.prev_chain"), 16); err != nil {
		return err
	}
	return s.declare(value("aw.keys"))
}

// declare adds keys, which take the next codes (L-3).
func (s *segment) declare(text string) error {
	var added []Key
	if err := json.Unmarshal([]byte(text), &added); err != nil {
		return fmt.Errorf("aw.keys: %w", err)
	}
	for _, k := range added {
		if k.Code != len(s.keys) || k.Encoding != encodingOf(k.Type) {
			return fmt.Errorf("key %q is declared with code %d and encoding %s, expected code %d and encoding %s", k.Name,
				k.Code, k.Encoding, len(s.keys), encodingOf(k.Type))
		}
		s.keys = append(s.keys, k)
	}
	return nil
}

func (s *segment) readRows(reader *ipc.Reader, batches []frame, file []byte, header *Header) error {
	for i := 0; ; i++ {
		batch, err := reader.Read()
		if err == io.EOF {
			if i != len(batches) {
				return fmt.Errorf("%d batches were read, %d verified", i, len(batches))
			}
			return nil
		}
		if err != nil {
			return err
		}
		if declared := batches[i].text(file, "aw.keys"); declared != "" {
			if err := s.declare(declared); err != nil {
				return err
			}
		}
		first, err := parseDecimal(batches[i].text(file, "aw.first_seq"))
		if err != nil || first != s.end() {
			return fmt.Errorf("batch %d begins at seq %d, expected %d", i, first, s.end())
		}
		if err := s.addRows(batch, header.Strings); err != nil {
			return fmt.Errorf("batch %d: %w", i, err)
		}
	}
}

func (s *segment) addRows(batch arrow.RecordBatch, hasText bool) error {
	tick, ok1 := batch.Column(0).(*array.Uint64)
	rid, ok2 := batch.Column(1).(*array.Uint32)
	key, ok3 := batch.Column(2).(*array.Dictionary)
	val, ok4 := batch.Column(3).(*array.Float64)
	if !ok1 || !ok2 || !ok3 || !ok4 {
		return errors.New("the columns do not have the types of log.md")
	}
	var text *array.Dictionary
	var words *array.String
	if hasText {
		text = batch.Column(4).(*array.Dictionary)
		words = text.Dictionary().(*array.String)
	}
	names := key.Dictionary().(*array.String)
	bits := arrow.Uint64Traits.CastFromBytes(arrow.Float64Traits.CastToBytes(val.Float64Values()))
	for i := range int(batch.NumRows()) {
		row := Row{Tick: tick.Value(i), RID: rid.Value(i), Key: key.GetValueIndex(i), Val: bits[i]}
		if row.Key >= len(s.keys) || names.Value(row.Key) != s.keys[row.Key].Name {
			return fmt.Errorf("row %d has key %d, which is not declared under its name (L-7)", i, row.Key)
		}
		if hasText && text.IsValid(i) {
			row.HasText, row.Text = true, words.Value(text.GetValueIndex(i))
		}
		if row.HasText != (s.keys[row.Key].Encoding == "code") {
			return fmt.Errorf("row %d of key %s: text is null or not against L-13", i, s.keys[row.Key].Name)
		}
		s.rows = append(s.rows, row)
	}
	return nil
}

// checkSealed compares the rows with the footer (L-16, L-20).
func (s *segment) checkSealed(foot footer, batches []frame, file []byte) error {
	var listed [][]string
	if err := json.Unmarshal([]byte(foot.custom["aw.batches"]), &listed); err != nil {
		return fmt.Errorf("%s: aw.batches: %w", s.path, err)
	}
	if len(listed) != len(batches) || len(foot.batches) != len(batches) {
		return fmt.Errorf("%s: %d batches, the footer has %d and aw.batches %d", s.path, len(batches), len(foot.batches), len(listed))
	}
	at := 0
	for i, l := range listed {
		next := len(s.rows)
		if i+1 < len(batches) {
			first, _ := parseDecimal(batches[i+1].text(file, "aw.first_seq"))
			next = int(first - s.first)
		}
		rows := s.rows[at:next]
		if len(rows) == 0 {
			return fmt.Errorf("%s: batch %d is empty (L-20)", s.path, i)
		}
		low, high := rows[0].RID, rows[0].RID
		for _, r := range rows {
			low, high = min(low, r.RID), max(high, r.RID)
		}
		want := fmt.Sprint([]any{s.first + uint64(at), len(rows), rows[0].Tick, rows[len(rows)-1].Tick, low, high,
			batches[i].text(file, "aw.crc")})
		if fmt.Sprint(l) != want || foot.batches[i] != (span{batches[i].start, batches[i].end}) {
			return fmt.Errorf("%s: aw.batches[%d] is %v, the batch has %s", s.path, i, l, want)
		}
		at = next
	}
	if len(s.rows) == 0 || s.rows[len(s.rows)-1].Key != 0 {
		return fmt.Errorf("%s: a sealed segment ends with a commit row (L-16)", s.path)
	}
	if last := s.rows[len(s.rows)-1].Val; foot.custom["aw.last_chain"] != fmt.Sprintf("%016x", last) {
		return fmt.Errorf("%s: aw.last_chain is %s, the last commit row has %016x", s.path, foot.custom["aw.last_chain"], last)
	}
	return nil
}
