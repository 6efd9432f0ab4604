// How tall the lanes of the timeline are: few of them share the room that there is. The height is chosen when the reader turns to other lanes
// or to another size of the window. Lanes that come by themselves change it only when they do not fit any more, and never under the pointer.

export const LEAST = 26; // pixels of a lane, however many there are
export const TWO_LINES = 38; // from here on a lane's names have a second line
export const ROOMY = 64; // and on a narrow screen one above, which names the server
const MOST = 720; // a figure that one takes in at a glance
const ROOMS = [3, 7, 12, 20]; // lanes that a live capture has room for: at first, and each time when they do not fit any more
const GLIDE = 160; // ms in which lanes come to another height by themselves

/** Pixels of a lane where `total` of them share `seen` pixels. */
export const laneHeight = (total, seen) => Math.min(Math.max(Math.floor(seen / Math.max(total, 1)), LEAST), MOST);

/** How many lanes to leave room for where there are `total` and more may come. */
const roomy = (total) => ROOMS.find((room) => room >= total) ?? Infinity;

export class LaneHeight {
  /** @param {{glides?: boolean}} options whether a height that changes by itself does so in small steps */
  constructor({ glides = true } = {}) {
    this.glides = glides;
    this.wanted = LEAST;
    this.was = LEAST;
    this.since = -Infinity;
    this.key = null;
    this.seen = 0;
  }

  /**
   * @param {object} lanes {total, seen: pixels, key: what the reader chose to see, isLive: more may come by themselves,
   *   isRead: the reader is at them, now: ms}
   */
  fit({ total, seen, key, isLive, isRead, now }) {
    const isChosen = key !== this.key || seen !== this.seen;
    Object.assign(this, { key, seen });
    if (isChosen) this.turnTo(laneHeight(isLive ? roomy(total) : total, seen), -Infinity);
    else if (isRead) return;
    else if (!isLive) this.turnTo(laneHeight(total, seen), now);
    else if (total * this.wanted > seen) this.turnTo(laneHeight(roomy(total), seen), now);
  }

  turnTo(height, now) {
    if (height === this.wanted) return;
    this.was = this.at(now);
    this.since = this.glides ? now : -Infinity;
    this.wanted = height;
  }

  /** Pixels of a lane at a moment. */
  at(now) {
    const part = Math.min((now - this.since) / GLIDE, 1);
    return part < 1 ? this.was + (this.wanted - this.was) * (1 - (1 - part) ** 3) : this.wanted;
  }

  isGliding(now) {
    return now - this.since < GLIDE;
  }
}
