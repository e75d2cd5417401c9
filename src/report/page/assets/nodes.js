import { element } from './dom.js';
import { ageText } from './text.js';

/** The table of workers. Only rows that changed are written anew, and only rows out of place are moved. */
export class NodesTable {
  #body = document.querySelector('#nodes tbody');
  /** What is on the page, by id: the row, its element, and its age as written. */
  #shown = new Map();

  /** Shows these rows in this order. */
  draw(rows, nowMs) {
    document.getElementById('node-count').textContent = `${rows.length}`;
    if (rows.length === 0) {
      this.#shown.clear();
      this.#body.replaceChildren(none());
      return;
    }
    if (this.#shown.size === 0) this.#body.replaceChildren();
    const ids = new Set(rows.map(({ id }) => id));
    for (const [id, { tr }] of this.#shown) {
      if (ids.has(id)) continue;
      tr.remove();
      this.#shown.delete(id);
    }
    let next = this.#body.firstChild;
    for (const row of rows) {
      const { tr } = this.#upToDate(row, nowMs);
      if (tr === next) next = tr.nextSibling;
      else this.#body.insertBefore(tr, next);
    }
  }

  #upToDate(row, nowMs) {
    const age = ageText(nowMs - row.sinceMs);
    const shown = this.#shown.get(row.id);
    if (shown?.row === row) {
      if (shown.age !== age) {
        shown.age = age;
        shown.tr.cells[8].textContent = age;
      }
      return shown;
    }
    const tr = shown?.tr ?? element('tr');
    tr.replaceChildren(...cells(row, age));
    const made = { row, tr, age };
    this.#shown.set(row.id, made);
    return made;
  }
}

function cells(node, age) {
  return [
    cell('name', node.name),
    cell('', element('span', { class: `state ${node.state.replace(' ', '')}` }, node.state)),
    cell('', node.type ?? 'unknown'),
    cell('', node.zone ?? 'unknown'),
    cell('', node.lifecycle ?? 'unknown'),
    cell('num', node.priceUsdPerHour === null ? 'unknown' : node.priceUsdPerHour.toFixed(4), 'USD/h'),
    cell('num', node.cpuPercent === null ? '–' : `${Math.round(node.cpuPercent)} %`, 'CPU'),
    cell('num', `${node.pods}`, 'pods'),
    cell('num', age, 'age'),
    cell('why', node.why),
  ];
}

function none() {
  return element('tr', {}, [element('td', { colspan: '10', class: 'muted' }, 'No workers yet.')]);
}

function cell(className, content, label) {
  return element(
    'td',
    { class: className, ...(label === undefined ? {} : { 'data-label': label }) },
    content,
  );
}
