// SPDX-License-Identifier: Apache-2.0
// Plays: one picture after the other, no faster than asked, no faster than they come.
export class Player {
  constructor(loaders, { show, stopped, fail }) {
    this.loaders = loaders;
    this.show = show;
    this.stopped = stopped;
    this.fail = fail;
    this.run = null;
  }

  isOn() {
    return this.run !== null;
  }

  start({ from, to, step, rate, other }) {
    this.stop();
    const both = other && other.first_tick !== null;
    this.loaders[0].play(Math.min(to, from + step), to, step);
    if (both && from + step <= other.last_tick) {
      this.loaders[1].play(Math.max(other.first_tick, from + step), other.last_tick, step);
    }
    const run = { both, gap: 1000 / rate, last: 0, waiting: null };
    this.run = run;
    const turn = (now) => {
      if (this.run !== run) {
        return;
      }
      requestAnimationFrame(turn);
      if (now - run.last >= run.gap - 4) {
        this.picture(run, now);
      }
    };
    requestAnimationFrame(turn);
  }

  picture(run, now) {
    try {
      run.waiting ??= this.loaders[0].next();
      if (!run.waiting) {
        if (this.loaders[0].isOver()) {
          this.end();
        }
        return;
      }
      const second = run.both ? this.loaders[1].next() : null;
      if (run.both && !second && !this.loaders[1].isOver()) {
        return;
      }
      const frame = run.waiting;
      run.waiting = null;
      run.last = now;
      this.pictures = (this.pictures ?? 0) + 1;
      this.show(frame.tick, [frame, second]);
    } catch (e) {
      this.end();
      this.fail(e);
    }
  }

  end() {
    this.stop();
    this.stopped();
  }

  stop() {
    this.run = null;
    this.loaders.forEach((loader) => loader.stop());
  }
}
