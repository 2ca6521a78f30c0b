// SPDX-License-Identifier: Apache-2.0

package store

import (
	"fmt"
	"math/big"
	"regexp"
	"time"
)

// Time is when ticks are (S-16).
type Time struct {
	Zero  string `json:"zero"`
	Step  string `json:"step"`
	Unit  string `json:"unit"`
	Since string `json:"since,omitempty"`
}

var (
	zeroForm = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?$`)
	stepForm = regexp.MustCompile(`^((0|[1-9][0-9]*)(\.[0-9]+)?|[1-9][0-9]*/[1-9][0-9]*)$`)
	units    = map[string]int64{"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9, "min": 60e9, "h": 3600e9, "d": 86400e9}
)

func (t *Time) check() error {
	if !zeroForm.MatchString(t.Zero) || !stepForm.MatchString(t.Step) || len(t.Zero) > 400 || len(t.Step) > 400 ||
		ratio(t.Step).Sign() == 0 || len(t.Unit) == 0 || len(t.Unit) > 100 {
		return fmt.Errorf("the time of ticks is %+v (S-16)", *t)
	}
	if _, err := time.Parse(time.RFC3339Nano, t.Since); t.Since != "" && (err != nil || units[t.Unit] == 0) {
		return fmt.Errorf("times count in %q since %q (S-16)", t.Unit, t.Since)
	}
	return nil
}

func ratio(text string) *big.Rat {
	r, _ := new(big.Rat).SetString(text)
	return r
}

func (t *Time) exactly(tick uint64) *big.Rat {
	r := new(big.Rat).SetInt(new(big.Int).SetUint64(tick))
	return r.Add(r.Mul(r, ratio(t.Step)), ratio(t.Zero))
}

// At is the time of a tick, the nearest float64 (S-17).
func (t *Time) At(tick uint64) float64 {
	at, _ := t.exactly(tick).Float64()
	return at
}

// Instant is the instant of a tick, the nearest nanosecond, ties to even (S-17).
func (t *Time) Instant(tick uint64) time.Time {
	nanos := t.exactly(tick)
	nanos.Mul(nanos, new(big.Rat).SetInt64(units[t.Unit]))
	whole, part := new(big.Int).DivMod(nanos.Num(), nanos.Denom(), new(big.Int))
	if side := part.Lsh(part, 1).Cmp(nanos.Denom()); side > 0 || side == 0 && whole.Bit(0) == 1 {
		whole.Add(whole, big.NewInt(1))
	}
	since, _ := time.Parse(time.RFC3339Nano, t.Since)
	return since.Add(time.Duration(whole.Int64()))
}
