const HOUR_MS = 3_600_000;

/** The plot's points and marks: as many as the server keeps, the newest. */
export class PlotData {
  points = [];
  marks = [];
  #most = { points: 0, marks: 0 };

  load({ points, marks, most }) {
    this.points = points;
    this.marks = marks;
    this.#most = most;
  }

  /** Takes up what came since; false when that is nothing. */
  add({ points = [], marks = [] }) {
    this.points = newest([...this.points, ...points], this.#most.points);
    this.marks = newest([...this.marks, ...marks], this.#most.marks);
    return points.length + marks.length > 0;
  }

  /** The points of the last hours before the newest. */
  within(hours) {
    const last = this.points.at(-1)?.atMs ?? 0;
    return this.points.filter((point) => point.atMs >= last - hours * HOUR_MS);
  }
}

function newest(list, most) {
  return list.slice(Math.max(0, list.length - most));
}
