// The height of the timeline's lanes: a few lanes share all the room. It is set when the user selects other lanes or
// resizes the window. New lanes of a live capture change it only when they no longer fit, and never under the pointer.

export const LEAST = 26; // pixels of a lane, however many there are
export const TWO_LINES = 38; // from this height on a lane's names have a second line
export const ROOMY = 64; // and on a narrow screen one above, with the server's name
const MOST = 720; // of a single lane
const ROOMS = [3, 7, 12, 20]; // lanes that a live capture has room for: at first, and each time when they no longer fit
const GLIDE = 160; // ms that an automatic change of height takes

/** Pixels of a lane where `total` of them share `seen` pixels. */
export const laneHeight = (total, seen) => Math.min(Math.max(Math.floor(seen / Math.max(total, 1)), LEAST), MOST);

/** How many lanes to leave room for when there are `total` and more may come. */
const roomy = (total) => ROOMS.find((room) => room >= total) ?? Infinity;

export class LaneHeight {
  /** @param {{glides?: boolean}} options whether automatic changes are animated */
  constructor({ glides = true } = {}) {
    this.glides = glides;
    this.wanted = LEAST;
    this.was = LEAST;
    this.since = -Infinity;
    this.key = null;
    this.seen = 0;
  }

  /**
   * @param {object} lanes
   * @param {number} lanes.total
   * @param {number} lanes.seen pixels that they share
   * @param {string} lanes.key what the user has selected
   * @param {boolean} lanes.isLive whether more may come
   * @param {boolean} lanes.isRead whether the user is pointing at them or has scrolled
   * @param {number} lanes.now ms
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

  /** Pixels of a lane at a time. */
  at(now) {
    const part = Math.min((now - this.since) / GLIDE, 1);
    return part < 1 ? this.was + (this.wanted - this.was) * (1 - (1 - part) ** 3) : this.wanted;
  }

  isGliding(now) {
    return now - this.since < GLIDE;
  }
}
