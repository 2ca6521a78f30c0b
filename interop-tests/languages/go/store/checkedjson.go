// SPDX-License-Identifier: Apache-2.0

// Package store reads and writes arrow-world stores. It was written from docs/spec alone; the ids in its comments
// (S-1, L-14, ...) are those of the duties there.
package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"os"
	"strconv"
)

// The last bytes of every JSON file: ,"crc":"xxxxxxxx"} and a newline (J-1).
const crcTail = len(`,"crc":"xxxxxxxx"}`) + 1

// readJSON verifies the file's CRC (J-1, J-3) and decodes it into v; unknown members are ignored.
func readJSON(path string, v any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if len(data) <= crcTail {
		return fmt.Errorf("%s has %d bytes, too few for a checked JSON file", path, len(data))
	}
	body := data[:len(data)-crcTail]
	if want := checkedTail(body); !bytes.Equal(data[len(body):], want) {
		return fmt.Errorf("%s ends in %q, but its content demands %q", path, data[len(body):], want)
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func checkedTail(body []byte) []byte {
	return fmt.Appendf(nil, ",\"crc\":\"%08x\"}\n", crc32.ChecksumIEEE(body))
}

// marshalChecked encodes an object and closes it with its CRC.
func marshalChecked(v any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	body := bytes.TrimSuffix(b.Bytes(), []byte("}\n"))
	return append(body, checkedTail(body)...), nil
}

// U64 is a u64 that JSON files carry as 16 lower-case hex digits (J-2).
type U64 uint64

func (u U64) MarshalJSON() ([]byte, error) { return fmt.Appendf(nil, `"%016x"`, uint64(u)), nil }

func (u *U64) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	v, err := parseHex(text, 16)
	*u = U64(v)
	return err
}

// parseHex reads exactly so many lower-case hex digits; upper-case ones are invalid (J-2).
func parseHex(text string, digits int) (uint64, error) {
	valid := len(text) == digits
	for _, c := range []byte(text) {
		valid = valid && (c >= '0' && c <= '9' || c >= 'a' && c <= 'f')
	}
	if !valid {
		return 0, fmt.Errorf("%q is not %d lower-case hex digits", text, digits)
	}
	return strconv.ParseUint(text, 16, 64)
}

// parseDecimal reads the 20 decimal digits of a name or of metadata (S-1, B-1); ticks and seqs are below 2^63 (L-2).
func parseDecimal(text string) (uint64, error) {
	if len(text) != 20 {
		return 0, fmt.Errorf("%q is not 20 decimal digits", text)
	}
	v, err := strconv.ParseInt(text, 10, 64)
	if err != nil || v < 0 || text[0] == '+' || text[0] == '-' {
		return 0, fmt.Errorf("%q is not 20 decimal digits below 2^63", text)
	}
	return uint64(v), nil
}
