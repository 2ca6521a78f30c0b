// SPDX-License-Identifier: Apache-2.0

package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

const format = 1

// Header is store.json.
type Header struct {
	Kind        string            `json:"kind"`
	Format      int               `json:"format"`
	Store       string            `json:"store"`
	Strings     bool              `json:"strings"`
	TickUnit    string            `json:"tick_unit"`
	Time        *Time             `json:"time,omitempty"`
	Schema      Schema            `json:"schema"`
	Properties  map[string]string `json:"properties"`
	Environment map[string]string `json:"environment"`
	Parent      json.RawMessage   `json:"parent,omitempty"`
	Begins      json.RawMessage   `json:"begins,omitempty"`
}

// Commit is one committed tick: its rows in Store.Rows, with the commit row, and the chain after it.
type Commit struct {
	Tick     uint64
	From, To uint64 // seqs
	Chain    uint64
}

// Store is a store as it was when it was opened. It may be read by many goroutines.
type Store struct {
	Dir       string
	Header    Header
	Keys      []Key
	Commits   []Commit    // from the base on, where there is one
	Snapshots []*Manifest // by tick
	Tail      string      // what a torn tail is, "" where it is clean
	first     uint64      // the seq of rows[0]
	rows      []Row
}

// Open verifies a store's log and manifests.
func Open(dir string) (*Store, error) {
	s := &Store{Dir: dir}
	if err := readJSON(filepath.Join(dir, "store.json"), &s.Header); err != nil {
		return nil, err
	}
	if s.Header.Kind != "arrow-world store" || s.Header.Format != format {
		return nil, fmt.Errorf("%s is a %q of format %d; this reader knows format %d (V-1)", dir, s.Header.Kind, s.Header.Format, format)
	}
	if s.Header.Time != nil {
		if err := s.Header.Time.check(); err != nil {
			return nil, fmt.Errorf("%s: %w", dir, err)
		}
	}
	if err := s.Header.Schema.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	fence, err := readFence(dir)
	if err != nil {
		return nil, err
	}
	segments, err := s.readSegments(fence)
	if err != nil {
		return nil, err
	}
	if err := s.join(segments, fence); err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	if err := s.readManifests(fence); err != nil {
		return nil, err
	}
	return s, s.commit(segments)
}

// fence is fence.json (L-21).
type fence struct {
	Tick U64 `json:"tick"`
	Seq  U64 `json:"seq"`
}

func readFence(dir string) (*fence, error) {
	f := &fence{}
	err := readJSON(filepath.Join(dir, "fence.json"), f)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	return f, err
}

// readSegments lists log/live before log (L-20) and reads each segment, the sealed one where both exist.
func (s *Store) readSegments(f *fence) ([]*segment, error) {
	live, err := segmentNames(filepath.Join(s.Dir, "log", "live"), ".arrows")
	if err != nil {
		return nil, err
	}
	sealed, err := segmentNames(filepath.Join(s.Dir, "log"), ".arrow")
	if err != nil {
		return nil, err
	}
	all := slices.Concat(sealed, live)
	slices.Sort(all)
	var segments []*segment
	for _, name := range slices.Compact(all) {
		first, err := parseDecimal(name)
		if err != nil {
			return nil, err
		}
		if f != nil && first >= uint64(f.Seq) && len(segments) > 0 {
			continue
		}
		isSealed := slices.Contains(sealed, name)
		path := filepath.Join(s.Dir, "log", name+".arrow")
		if !isSealed {
			path = filepath.Join(s.Dir, "log", "live", name+".arrows")
		}
		segment, err := readSegment(path, isSealed, &s.Header)
		if err != nil {
			return nil, err
		}
		if segment.first != first {
			return nil, fmt.Errorf("%s begins at seq %d by its metadata", path, segment.first)
		}
		segments = append(segments, segment)
	}
	return segments, nil
}

func segmentNames(dir, suffix string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), suffix)     // S-2: ".tmp" has another suffix
		if _, err := parseDecimal(name); ok && err == nil { // S-13: other names are passed over
			names = append(names, name)
		}
	}
	return names, nil
}

// join lays the segments end to end (L-1) and compares their keys (L-6).
func (s *Store) join(segments []*segment, f *fence) error {
	if len(segments) == 0 {
		s.Keys = s.Header.Schema.keys()
		return nil // of a store that was just created, or that is a base and nothing else
	}
	s.first = segments[0].first
	s.Keys = s.Header.Schema.keys()
	for _, segment := range segments {
		next := s.first + uint64(len(s.rows))
		if segment.first < next && segment.end() <= next {
			continue // merged into one before it (L-25)
		}
		if segment.first != next {
			return fmt.Errorf("%s begins at seq %d, expected %d (L-1)", segment.path, segment.first, next)
		}
		if !segment.header {
			s.Tail = segment.tail
			continue
		}
		if len(s.rows) > 0 && segment.prevChain != s.rows[len(s.rows)-1].Val {
			return fmt.Errorf("%s: aw.prev_chain is %016x, the row before has %016x", segment.path, segment.prevChain, s.rows[len(s.rows)-1].Val)
		}
		for i, k := range segment.keys {
			if i < len(s.Keys) && !k.equal(s.Keys[i]) {
				return fmt.Errorf("%s declares key %d as %+v, expected %+v (L-3, L-6)", segment.path, i, k, s.Keys[i])
			}
		}
		if len(segment.keys) < len(s.Keys) {
			return fmt.Errorf("%s declares %d keys, %d are known before it", segment.path, len(segment.keys), len(s.Keys))
		}
		s.Keys = segment.keys
		s.rows = append(s.rows, segment.rows...)
		s.Tail = segment.tail
	}
	if f != nil && uint64(f.Seq) >= s.first && uint64(f.Seq)-s.first < uint64(len(s.rows)) {
		s.rows, s.Tail = s.rows[:uint64(f.Seq)-s.first], ""
	}
	return nil
}

var snapshotName = regexp.MustCompile(`^0[0-9]{19}\.v[1-9][0-9]{0,8}$`)

func (s *Store) readManifests(f *fence) error {
	dir := filepath.Join(s.Dir, "snapshots")
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	for _, e := range entries {
		if !snapshotName.MatchString(e.Name()) {
			continue // S-2, S-13
		}
		if tick, err := parseDecimal(e.Name()[:20]); err != nil || f != nil && tick > uint64(f.Tick) {
			continue // what is behind the fence does not exist (L-21)
		}
		m := &Manifest{path: filepath.Join(dir, e.Name())}
		if err := readJSON(filepath.Join(m.path, "manifest.json"), m); err != nil {
			return err
		}
		if m.Kind != "arrow-world snapshot" || m.Format != format || m.Store != s.Header.Store ||
			e.Name() != fmt.Sprintf("%020d.v%d", m.Tick, m.Schema.Version) {
			return fmt.Errorf("%s: the manifest is a %q of format %d, store %s, tick %d, schema %d", m.path, m.Kind, m.Format,
				m.Store, m.Tick, m.Schema.Version)
		}
		if f == nil || m.Tick <= f.Tick {
			s.Snapshots = append(s.Snapshots, m)
		}
	}
	slices.SortFunc(s.Snapshots, func(a, b *Manifest) int {
		if a.Tick != b.Tick {
			return int(int64(a.Tick) - int64(b.Tick))
		}
		return a.Schema.Version - b.Schema.Version
	})
	return nil
}

// commit finds the committed ticks, proves the chain, and compares it with the snapshots (L-14, L-15, L-24).
func (s *Store) commit(segments []*segment) error {
	if len(segments) == 0 {
		return s.baseOnly()
	}
	before := segments[0].prevChain
	begin := uint64(0) // the first tick of the committed span (O-15)
	if s.first > 0 || len(s.Header.Schema.Tables) > 0 && (s.Header.Begins != nil || before != 0) {
		base := slices.IndexFunc(s.Snapshots, func(m *Manifest) bool { return m.Base && uint64(m.Seq) >= s.first })
		if base < 0 {
			return fmt.Errorf("%s: the log begins at seq %d, and no base covers what was before (L-16, S-18)", s.Dir, s.first)
		}
		m := s.Snapshots[base]
		begin = uint64(m.Tick)
		if !segments[0].header {
			before = uint64(m.Chain)
		}
		if uint64(m.Seq) == s.first { // then no row of the log is of the base's tick
			s.Commits = append(s.Commits, Commit{begin, s.first, s.first, uint64(m.Chain)})
		}
	}
	chains := map[uint64]uint64{s.first: before}
	from := 0
	for i, row := range s.rows {
		if row.Key != 0 {
			continue
		}
		tick := s.rows[from:i]
		for _, r := range tick {
			if r.Tick != row.Tick {
				return fmt.Errorf("%s: a row of tick %d stands in tick %d", s.Dir, r.Tick, row.Tick)
			}
		}
		if from > 0 && s.rows[from-1].Tick >= row.Tick {
			return fmt.Errorf("%s: tick %d follows tick %d (L-2)", s.Dir, row.Tick, s.rows[from-1].Tick)
		}
		got := chain(before, row.Tick, tick, s.Header.Strings)
		if got != row.Val || row.RID != uint32(len(tick)) {
			return fmt.Errorf("%s: tick %d of %d rows has the chain %016x, its commit row says %d rows and %016x", s.Dir, row.Tick,
				len(tick), got, row.RID, row.Val)
		}
		before = got
		commit := Commit{row.Tick, s.first + uint64(from), s.first + uint64(i) + 1, got}
		chains[commit.To] = got
		if row.Tick >= begin {
			s.Commits = append(s.Commits, commit)
		}
		from = i + 1
	}
	for _, m := range s.Snapshots {
		if at, reached := chains[uint64(m.Seq)]; reached && at != uint64(m.Chain) || !reached && uint64(m.Seq) >= s.first {
			return fmt.Errorf("%s: the log has the chain %016x at seq %d, the snapshot has %016x (L-24)", m.path, at, m.Seq, uint64(m.Chain))
		}
	}
	return nil
}

// baseOnly is a history without a log: its base, if there is one.
func (s *Store) baseOnly() error {
	if s.Header.Begins != nil && len(s.Snapshots) == 0 {
		return fmt.Errorf("%s: the base that its history begins with is missing (S-18)", s.Dir)
	}
	for _, m := range s.Snapshots {
		if !m.Base {
			return fmt.Errorf("%s: the log has no segment, and this is no base (L-24)", m.path)
		}
		s.first = uint64(m.Seq)
		s.Commits = []Commit{{uint64(m.Tick), s.first, s.first, uint64(m.Chain)}}
	}
	return nil
}

// At rebuilds the world after the last committed tick <= tick (O-15), from the newest snapshot before it that `use` accepts.
func (s *Store) At(tick uint64, use func(*Manifest) bool) (*World, error) {
	at := slices.IndexFunc(s.Commits, func(c Commit) bool { return c.Tick > tick }) - 1
	if at == -2 {
		at = len(s.Commits) - 1
	}
	if at < 0 {
		return nil, fmt.Errorf("%s: tick %d is outside of the committed span", s.Dir, tick)
	}
	w, seq := newWorld(&s.Header.Schema), s.first
	for _, m := range slices.Backward(s.Snapshots) {
		if uint64(m.Tick) <= tick && uint64(m.Seq) >= s.first && use(m) {
			loaded, err := m.load(&s.Header)
			if err != nil {
				return nil, err
			}
			w, seq = loaded, uint64(m.Seq)
			break
		}
	}
	to := targets(&s.Header.Schema)
	for ; seq < s.Commits[at].To; seq++ {
		row := s.rows[seq-s.first]
		if err := w.apply(row, s.Keys[row.Key], to); err != nil {
			return nil, fmt.Errorf("%s: seq %d, tick %d: %w", s.Dir, seq, row.Tick, err)
		}
	}
	w.Tick, w.Seq, w.Chain = s.Commits[at].Tick, s.Commits[at].To, s.Commits[at].Chain
	return w, nil
}
