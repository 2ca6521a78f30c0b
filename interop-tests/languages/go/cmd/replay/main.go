// SPDX-License-Identifier: Apache-2.0

// Command replay opens a store, verifies its log and snapshots, and rebuilds the world at every committed tick.
//
//	replay DIR
//
// Prints per tick {"tick","hash_world","resume_hash"}, having got them with the snapshots and, once more, without all but
// bases; exit 1 where anything is to be reported.
package main

import (
	"fmt"
	"os"

	"arrowworld.org/languages/store"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: replay DIR")
		os.Exit(2)
	}
	if err := replay(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "replay:", err)
		os.Exit(1)
	}
}

func replay(dir string) error {
	s, err := store.Open(dir)
	if err != nil {
		return err
	}
	if s.Tail != "" {
		return fmt.Errorf("%s: the tail is torn: %s", dir, s.Tail)
	}
	for _, commit := range s.Commits {
		with, err := s.At(commit.Tick, func(*store.Manifest) bool { return true })
		if err != nil {
			return err
		}
		without, err := s.At(commit.Tick, func(m *store.Manifest) bool { return m.Base })
		if err != nil {
			return err
		}
		if with.HashWorld() != without.HashWorld() || with.ResumeHash() != without.ResumeHash() {
			return fmt.Errorf("%s: tick %d is %s with snapshots, %s without", dir, commit.Tick, with.HashWorld(), without.HashWorld())
		}
		fmt.Printf("{\"tick\":%d,\"hash_world\":%q,\"resume_hash\":%q}\n", commit.Tick, with.HashWorld(), with.ResumeHash())
	}
	return nil
}
