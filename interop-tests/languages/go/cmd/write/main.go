// SPDX-License-Identifier: Apache-2.0

// Command write makes a small store and says what a reader must find in it.
//
//	write DIR
//
// Prints per tick {"tick","hash_world","resume_hash"}. The Rust program writes the same world; languages/README.md has it.
package main

import (
	"fmt"
	"math"
	"os"

	"arrowworld.org/languages/store"
)

const snapshotTick, lastTick = 5, 9

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: write DIR")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "write:", err)
		os.Exit(1)
	}
}

func write(dir string) error {
	zero := store.U64(0)
	schema := store.Schema{Version: 1, Inputs: []store.Input{}, Tables: []store.Table{
		{Name: "boat", Kind: "row", IDs: "allocated", Gen: true, Removal: "swap_remove", Lineage: []string{"parent"},
			Columns: []store.Column{{Name: "x", Type: "f64", Default: &zero}, {Name: "heading", Type: "f32", Default: &zero},
				{Name: "name", Type: "string"}, {Name: "cargo", Type: "u64", Default: &zero}}, Events: []store.Event{}},
		{Name: "journal", Kind: "append_only", Lineage: []string{}, Columns: []store.Column{{Name: "n", Type: "i32", Default: &zero}},
			Events: []store.Event{}},
		{Name: "moored", Kind: "presence", Of: "boat", Removal: "swap_remove", Lineage: []string{}, Columns: []store.Column{},
			Events: []store.Event{}}}}
	w, err := store.Create(dir, store.Header{Store: "60606060606060606060606060606060", TickUnit: "hour", Schema: schema,
		Properties: map[string]string{"written": "Go"}, Environment: map[string]string{"writer": "arrow-go"}})
	if err != nil {
		return err
	}
	for tick := uint64(0); tick <= lastTick; tick++ {
		world, err := w.Tick(tick, changes(tick))
		if err != nil {
			return err
		}
		fmt.Printf("{\"tick\":%d,\"hash_world\":%q,\"resume_hash\":%q}\n", tick, world.HashWorld(), world.ResumeHash())
		if tick == snapshotTick {
			if err := w.Snapshot(); err != nil {
				return err
			}
		}
	}
	return w.Close()
}

// changes are the rows of one tick, in canonical order.
func changes(tick uint64) (all []store.Change) {
	add := func(key string, rid uint32, val uint64, word string) {
		all = append(all, store.Change{Key: key, RID: rid, Val: val, Word: word})
	}
	number := math.Float64bits
	boats := uint32(4)
	if tick == 6 { // boat 3 sank in tick 5, and is not reborn before the end of this one
		boats = 3
	}
	if tick > 0 {
		for id := range boats {
			add("boat.x", id, number(float64(id)+0.1*float64(tick)), "")
		}
	}
	switch tick {
	case 0:
		for id := range boats {
			add("boat.born", id, 0, "")
			if id > 0 {
				add("boat.parent", id, number(float64(id-1)), "")
				add("boat.x", id, number(float64(id)), "")
			}
			if id == 2 {
				add("boat.heading", id, 1<<63|0x7FF<<52|0x212340<<29, "") // the signalling NaN ffa12340 (L-10)
			}
			add("boat.name", id, 0, fmt.Sprintf("boat %d", id%3))
			add("boat.cargo", id, 0xFFFFFFFFFFFFFFF0+uint64(id), "")
		}
	case 5:
		add("boat.died", 3, 0, "")
	case 6:
		add("boat.born", 3, number(1), "")
		add("boat.parent", 3, 0, "")
		add("boat.x", 3, number(math.Copysign(0, -1)), "")
		add("boat.name", 3, 0, "ボート 3")
	}
	add("journal.born", uint32(tick), 0, "")
	add("journal.n", uint32(tick), number(float64(-1-int64(tick))), "")
	if tick == 0 || tick == 7 {
		add("moored.born", uint32(tick/7+1), 0, "")
	} else if tick == 4 {
		add("moored.died", 1, 0, "")
	}
	return all
}
