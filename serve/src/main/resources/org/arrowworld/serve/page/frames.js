// SPDX-License-Identifier: Apache-2.0
// The worlds of one run as they are needed: one tick now, or one after the other while it plays.
import * as api from "./api.js";

const CACHE_BYTES = 192 << 20;
const AHEAD_BYTES = 48 << 20;
const AHEAD_FRAMES = 24;
const IMPATIENT_MILLIS = 400;

export class Frames {
  /** show(frame) draws it; fail(error) tells what went wrong. */
  constructor(who, { show, fail, busy }) {
    this.who = who;
    this.show = show;
    this.fail = fail;
    this.busy = busy;
    this.meta = null;
    this.columns = [];
    this.cache = new Map();
    this.cached = 0;
    this.wanted = null;
    this.flight = null;
    this.again = false;
  }

  /** Another run, or other columns: nothing known is of use. */
  reset(meta, columns) {
    this.stop();
    this.meta = meta;
    this.columns = columns;
    this.cache.clear();
    this.cached = 0;
    this.wanted = null;
    this.again = false;
    this.flight?.abort.abort();
    this.flight = null;
  }

  /** Shows the last tick there is by now, once more when something came meanwhile. */
  newest() {
    if (this.flight?.tick === null) {
      this.again = true;
    } else if (!this.flight) {
      this.wanted = null;
      this.fly(null);
    }
  }

  /** Shows a tick: at once if it is known, else when it comes; of many wishes the last one counts. */
  seek(tick) {
    this.wanted = tick;
    const known = this.cache.get(tick);
    if (known) {
      this.keep(tick, known);
      this.show(known);
      return;
    }
    this.again = false;
    if (!this.flight) {
      this.fly(tick);
    } else if (this.flight.tick !== tick && performance.now() - this.flight.since > IMPATIENT_MILLIS) {
      this.flight.abort.abort();
      this.fly(tick);
    }
  }

  async fly(tick) {
    const flight = { tick, abort: new AbortController(), since: performance.now() };
    this.flight = flight;
    this.busy(true);
    try {
      const frame = await api.at(this.meta, tick, this.columns, flight.abort.signal, this.who);
      if (this.flight === flight) {
        this.keep(frame.tick, frame);
        if (tick !== null && frame.tick !== tick) {
          this.keep(tick, frame); // nothing was committed between the two
        }
        this.show(frame, tick === null);
      }
    } catch (e) {
      if (this.flight === flight && e.name !== "AbortError" && e.kind !== "superseded") {
        this.wanted = tick;
        this.fail(e);
      }
    }
    if (this.flight === flight) {
      this.flight = null;
      this.busy(false);
      if (this.again) {
        this.again = false;
        this.fly(null);
      } else if (this.wanted !== tick && this.wanted !== null) {
        this.seek(this.wanted);
      }
    }
  }

  keep(tick, frame) {
    if (this.cache.delete(tick)) {
      this.cached -= frame.bytes;
    }
    this.cache.set(tick, frame);
    this.cached += frame.bytes;
    for (const [oldest, old] of this.cache) {
      if (this.cached <= CACHE_BYTES || oldest === tick) {
        break;
      }
      this.cache.delete(oldest);
      this.cached -= old.bytes;
    }
  }

  /** Reads ahead from a tick; next() then gives one frame after the other. */
  play(from, to, step) {
    this.stop();
    const run = { queue: [], bytes: 0, done: false, error: null, abort: new AbortController(), wake: null };
    this.run = run;
    this.pump(run, { from, to, step });
  }

  async pump(run, parameters) {
    try {
      for await (const frame of api.frames(this.meta, parameters, this.columns, run.abort.signal)) {
        run.queue.push(frame);
        run.bytes += frame.bytes;
        this.keep(frame.tick, frame);
        while (this.run === run && (run.queue.length >= AHEAD_FRAMES || run.bytes > AHEAD_BYTES)) {
          await new Promise((wake) => {
            run.wake = wake;
          });
        }
        if (this.run !== run) {
          break;
        }
      }
    } catch (e) {
      if (e.name !== "AbortError") {
        run.error = e;
      }
    }
    run.done = true;
  }

  /** The next frame that has come; null if it has not come yet. */
  next() {
    const { run } = this;
    const frame = run?.queue.shift() ?? null;
    if (frame) {
      run.bytes -= frame.bytes;
      run.wake?.();
    }
    return frame;
  }

  /** Whether all that was to be played was given out; throws what broke it off. */
  isOver() {
    if (this.run?.error && this.run.queue.length === 0) {
      throw this.run.error;
    }
    return !this.run || (this.run.done && this.run.queue.length === 0);
  }

  stop() {
    const { run } = this;
    this.run = null;
    run?.abort.abort();
    run?.wake?.();
  }
}
