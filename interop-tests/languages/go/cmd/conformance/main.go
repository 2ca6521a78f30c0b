// SPDX-License-Identifier: Apache-2.0

// Command conformance rebuilds every tick of golden stores and compares it with expected.json.
//
//	conformance DIR...
//
// Each DIR holds store/ and expected.json; or it is a directory of such. Prints "ok" or the differences per store; exit
// 0 where all conform, else 1.
package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"arrowworld.org/languages/store"
)

type expected struct {
	Keys     []string                     `json:"keys"`
	Codebook []string                     `json:"codebook"`
	Columns  map[string]map[string]string `json:"columns"`
	Ticks    []struct {
		Tick       uint64    `json:"tick"`
		LogRows    uint64    `json:"log_rows"`
		Time       *float64  `json:"time"`
		Instant    string    `json:"instant"`
		Seq        uint64    `json:"seq"`
		Chain      store.U64 `json:"chain"`
		HashWorld  string    `json:"hash_world"`
		ResumeHash string    `json:"resume_hash"`
		Codes      int       `json:"codes"`
		Tables     map[string]struct {
			Rows    int               `json:"rows"`
			Columns map[string]string `json:"columns"`
		} `json:"tables"`
	} `json:"ticks"`
}

func main() {
	var folders []string
	for _, arg := range os.Args[1:] {
		if _, err := os.Stat(filepath.Join(arg, "expected.json")); err == nil {
			folders = append(folders, arg)
			continue
		}
		inside, _ := filepath.Glob(filepath.Join(arg, "*", "expected.json"))
		for _, path := range inside {
			folders = append(folders, filepath.Dir(path))
		}
	}
	if len(folders) == 0 {
		fmt.Fprintln(os.Stderr, "usage: conformance DIR...; no expected.json was found")
		os.Exit(2)
	}
	failed := false
	for _, folder := range folders {
		if differences := check(folder); len(differences) > 0 {
			failed = true
			for _, d := range differences {
				fmt.Println(folder + ": " + d)
			}
		} else {
			fmt.Println(folder + ": ok")
		}
	}
	if failed {
		os.Exit(1)
	}
}

func check(folder string) (differences []string) {
	differ := func(what string, got, want any) {
		if fmt.Sprint(got) != fmt.Sprint(want) {
			differences = append(differences, fmt.Sprintf("%s is %v, expected %v", what, got, want))
		}
	}
	text, err := os.ReadFile(filepath.Join(folder, "expected.json"))
	if err != nil {
		return []string{err.Error()}
	}
	var want expected
	if err := json.Unmarshal(text, &want); err != nil {
		return []string{err.Error()}
	}
	s, err := store.Open(filepath.Join(folder, "store"))
	if err != nil {
		return []string{err.Error()}
	}
	differ("what is wrong with the tail", s.Tail, "")
	var names []string
	for _, k := range s.Keys {
		names = append(names, k.Name)
	}
	differ("the list of keys", fmt.Sprintf("%q", names), fmt.Sprintf("%q", want.Keys))
	differ("the number of committed ticks", len(s.Commits), len(want.Ticks))
	said := map[string]map[string]string{}
	for _, t := range s.Header.Schema.Tables {
		for _, c := range t.Columns {
			words := map[string]string{"aw.unit": c.Unit, "aw.doc": c.Doc}
			maps.DeleteFunc(words, func(_, text string) bool { return text == "" })
			if len(words) > 0 {
				said[t.Name+"."+c.Name] = words
			}
		}
	}
	differ("what is said about columns", said, want.Columns)
	if len(differences) > 0 {
		return differences
	}
	uses := map[string]func(*store.Manifest) bool{
		"with all snapshots": func(*store.Manifest) bool { return true },
		"with bases only":    func(m *store.Manifest) bool { return m.Base },
	}
	for how, use := range uses {
		for i, t := range want.Ticks {
			at := fmt.Sprintf("tick %d %s: ", t.Tick, how)
			w, err := s.At(t.Tick, use)
			if err != nil {
				return append(differences, at+err.Error())
			}
			differ(at+"tick", w.Tick, t.Tick)
			differ(at+"having a time", s.Header.Time != nil, t.Time != nil)
			if s.Header.Time != nil && t.Time != nil {
				differ(at+"time", s.Header.Time.At(t.Tick), *t.Time)
				differ(at+"instant", s.Header.Time.Instant(t.Tick).Format(time.RFC3339Nano), t.Instant)
			}
			differ(at+"log_rows", s.Commits[i].To-s.Commits[i].From, t.LogRows)
			differ(at+"seq", w.Seq, t.Seq)
			differ(at+"chain", store.U64(w.Chain), t.Chain)
			differ(at+"hash_world", w.HashWorld(), t.HashWorld)
			differ(at+"resume_hash", w.ResumeHash(), t.ResumeHash)
			differ(at+"codes", len(w.Words()), t.Codes)
			differ(at+"the codebook", fmt.Sprintf("%q", w.Words()), fmt.Sprintf("%q", want.Codebook[:t.Codes]))
			differ(at+"the number of tables", len(w.Tables), len(t.Tables))
			for _, table := range w.Tables {
				differ(at+table.Name+" rows", table.Rows, t.Tables[table.Name].Rows)
				var columns []string
				for _, c := range table.Columns {
					columns = append(columns, c.Name)
					differ(at+table.Name+"."+c.Name, table.HashColumns(c.Name), t.Tables[table.Name].Columns[c.Name])
				}
				for c := range t.Tables[table.Name].Columns {
					if !slices.Contains(columns, c) {
						differences = append(differences, at+table.Name+"."+c+" is missing")
					}
				}
			}
		}
	}
	return differences
}
