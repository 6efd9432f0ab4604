// Playback of a connection, packet by packet at the capture's pace or a multiple of it, within limits.

export const SPEEDS = [0.1, 1, 10, 100];

const SHORTEST = 80; // ms between two packets at least
const LONGEST = 2500; // and at most

/** How long to wait before the next packet, in ms. */
export function wait(gapNs, speed) {
  return Math.min(Math.max(gapNs / 1e6 / speed, SHORTEST), LONGEST);
}

export class Player {
  /**
   * @param {object} ladder
   * @param {() => number} ladder.at index of the packet shown, -1 for none
   * @param {() => number} ladder.last index of the last packet
   * @param {(index: number) => void} ladder.show shows a packet
   * @param {(index: number) => number} ladder.gap ns from a packet to the next, 0 where it is not known yet
   * @param {(hasEnded: boolean) => void} changed called when playback starts, ends or changes its speed
   */
  constructor(ladder, changed, timers = { set: (call, ms) => setTimeout(call, ms), clear: (id) => clearTimeout(id) }) {
    this.ladder = ladder;
    this.changed = changed;
    this.timers = timers;
    this.speed = 1;
    /** @type {number | null} */
    this.timer = null;
  }

  get isPlaying() {
    return this.timer !== null;
  }

  play() {
    if (this.isPlaying) return;
    if (this.ladder.at() >= this.ladder.last()) this.ladder.show(0);
    this.schedule();
    this.changed(false);
  }

  pause() {
    if (!this.isPlaying) return;
    this.timers.clear(this.timer);
    this.timer = null;
    this.changed(true);
  }

  /** The next speed, from the fastest back to the slowest. */
  faster() {
    this.speed = SPEEDS[(SPEEDS.indexOf(this.speed) + 1) % SPEEDS.length];
    this.changed(false);
  }

  schedule() {
    this.timer = this.timers.set(() => this.step(), wait(this.ladder.gap(Math.max(this.ladder.at(), 0)), this.speed));
  }

  step() {
    const next = this.ladder.at() + 1;
    if (next <= this.ladder.last()) this.ladder.show(next);
    if (next < this.ladder.last()) this.schedule();
    else this.pause();
  }
}
