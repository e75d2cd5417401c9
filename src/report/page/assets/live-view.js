/** What changes comes first; the states of a worker in that order. */
const STATES = ['booting', 'draining', 'terminating', 'not ready', 'ready', 'warm'];
const FEEDS = ['decisions', 'policies', 'notices'];

/** The view that the server shows: loaded as a whole once, then kept up by deltas. */
export class LiveView {
  #seq;
  #nodes = new Map();
  #sorted;
  #view;

  /** The view but its nodes; `undefined` before the first whole. */
  get view() {
    return this.#view;
  }

  load({ seq, view: { nodes, ...view } }) {
    this.#seq = seq;
    this.#view = view;
    this.#nodes = new Map(nodes.map((row) => [row.id, row]));
    this.#sorted = undefined;
  }

  /** Takes the next delta up; false when one before it is missing, and then nothing but a whole view helps. */
  apply({ seq, view: { fields = {}, nodes, ...feeds } }) {
    if (seq !== this.#seq + 1) return false;
    this.#seq = seq;
    this.#view = { ...this.#view, ...fields };
    for (const name of FEEDS) {
      if (feeds[name] !== undefined) this.#view[name] = spliced(this.#view[name], feeds[name]);
    }
    if (nodes !== undefined) this.#sorted = undefined;
    for (const row of nodes?.put ?? []) this.#nodes.set(row.id, { ...this.#nodes.get(row.id), ...row });
    for (const id of nodes?.gone ?? []) this.#nodes.delete(id);
    return true;
  }

  /** The rows in the order in which they are shown. */
  sortedNodes() {
    this.#sorted ??= [...this.#nodes.values()].sort(inOrder);
    return this.#sorted;
  }
}

function inOrder(a, b) {
  return STATES.indexOf(a.state) - STATES.indexOf(b.state) || compare(a.name, b.name) || compare(a.id, b.id);
}

function spliced(list, { head, skip, keep }) {
  return [...head, ...list.slice(skip, skip + keep)];
}

function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}
