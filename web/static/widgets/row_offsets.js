// Positions of rows of different heights in a long list: prefix sums and binary search.

export class Offsets {
  /** @param {ArrayLike<number>} heights pixels of each row */
  constructor(heights) {
    this.tops = new Float64Array(heights.length + 1);
    for (let i = 0; i < heights.length; i += 1) this.tops[i + 1] = this.tops[i] + heights[i];
  }

  get length() {
    return this.tops.length - 1;
  }

  get total() {
    return this.tops[this.length];
  }

  top(index) {
    return this.tops[index];
  }

  height(index) {
    return this.tops[index + 1] - this.tops[index];
  }

  /** The row that covers pixel `y`, clamped to the list; -1 when it is empty. */
  at(y) {
    let [low, high] = [0, this.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.tops[middle] <= y) low = middle;
      else high = middle - 1;
    }
    return this.length ? low : -1;
  }
}

/** The same for rows of one height, however many. */
export class EvenOffsets {
  constructor(length, rowHeight) {
    this.length = length;
    this.rowHeight = rowHeight;
  }

  get total() {
    return this.length * this.rowHeight;
  }

  top(index) {
    return index * this.rowHeight;
  }

  /** @param {number} _index */
  height(_index) {
    return this.rowHeight;
  }

  at(y) {
    return Math.max(Math.min(Math.floor(y / this.rowHeight), this.length - 1), this.length ? 0 : -1);
  }
}

/** Rows [first, stop) that are visible in a viewport, and `margin` pixels around it. */
export function visible(offsets, scrollTop, viewport, margin) {
  if (!offsets.length) return [0, 0];
  return [offsets.at(scrollTop - margin), offsets.at(scrollTop + viewport + margin) + 1];
}
