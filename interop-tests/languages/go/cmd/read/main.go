// SPDX-License-Identifier: Apache-2.0

// Command read prints the columns of snapshot and segment files, one line of JSON per file; languages/README.md has the
// form. It knows nothing of stores: arrow-go alone does the reading.
//
//	read FILE...
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
)

type column struct {
	Name   string `json:"name"`
	Type   string `json:"type"`
	Values []any  `json:"values"`
	Codes  []any  `json:"codes,omitempty"`
}

func main() {
	for _, path := range os.Args[1:] {
		if err := read(path); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", path, err)
			os.Exit(1)
		}
	}
}

// batches is what the stream and the file reader have in common.
type batches interface {
	Schema() *arrow.Schema
	Read() (arrow.RecordBatch, error)
}

func read(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	var reader batches
	if strings.HasSuffix(path, ".arrows") {
		reader, err = ipc.NewReader(file)
	} else {
		reader, err = ipc.NewFileReader(file)
	}
	if err != nil {
		return err
	}
	schema := reader.Schema()
	columns := make([]column, schema.NumFields())
	for i, f := range schema.Fields() {
		columns[i] = column{f.Name, f.Type.Name(), []any{}, nil}
	}
	for {
		batch, err := reader.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		for i := range columns {
			if err := columns[i].add(batch.Column(i)); err != nil {
				return err
			}
		}
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(map[string]any{"metadata": schema.Metadata().ToMap(), "columns": columns})
}

func (c *column) add(values arrow.Array) error {
	for i := range values.Len() {
		switch v := values.(type) {
		case *array.Float32: // floats by their bits
			c.Values = append(c.Values, fmt.Sprintf("%08x", math.Float32bits(v.Value(i))))
		case *array.Float64:
			c.Values = append(c.Values, fmt.Sprintf("%016x", math.Float64bits(v.Value(i))))
		case *array.String:
			c.Values = append(c.Values, v.Value(i))
		case *array.Dictionary:
			if v.IsNull(i) {
				c.Values, c.Codes = append(c.Values, nil), append(c.Codes, nil)
				continue
			}
			c.Values = append(c.Values, v.Dictionary().(*array.String).Value(v.GetValueIndex(i)))
			c.Codes = append(c.Codes, v.GetValueIndex(i))
		default:
			if !arrow.IsInteger(values.DataType().ID()) {
				return fmt.Errorf("a column of type %s", values.DataType())
			}
			c.Values = append(c.Values, json.Number(values.ValueStr(i)))
		}
	}
	return nil
}
