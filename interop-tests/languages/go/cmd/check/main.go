// SPDX-License-Identifier: Apache-2.0

// Command check reads stores whole: the log, the chain, manifests, and the world at every committed tick, with all
// snapshots and with bases only.
//
//	check DIR...
//
// Prints one line per store: "DIR: ok", or why it is refused. A torn tail is no reason. Exit 0.
package main

import (
	"fmt"
	"os"

	"arrowworld.org/languages/store"
)

func main() {
	for _, dir := range os.Args[1:] {
		if err := check(dir); err != nil {
			fmt.Printf("%s: %q\n", dir, err.Error())
		} else {
			fmt.Printf("%s: ok\n", dir)
		}
	}
}

func check(dir string) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("PANIC: %v", r)
		}
	}()
	s, err := store.Open(dir)
	if err != nil {
		return err
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
			return fmt.Errorf("tick %d is %s with snapshots, %s without", commit.Tick, with.HashWorld(), without.HashWorld())
		}
	}
	return nil
}
