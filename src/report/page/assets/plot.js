import { element, replace } from './dom.js';
import { PlotData } from './plot-data.js';
import { clockText } from './text.js';
import uPlot from './uplot/uPlot.esm.js';

const HEIGHT = 320;
const RANGES = [
  ['1 h', 1],
  ['3 h', 3],
  ['12 h', 12],
  ['24 h', 24],
];
const SERIES = [
  {
    key: 'capacityCores',
    label: 'capacity of ready workers',
    color: '--capacity',
    fill: '--capacity-fill',
    width: 2,
    stepped: true,
  },
  { key: 'requestedCores', label: 'asked for by pods', color: '--requested', width: 2 },
  { key: 'busyCores', label: 'busy', color: '--busy', width: 2 },
];
/** Each kind has a shape of its own, so that colour is never the only sign. */
const MARKS = {
  launch: { label: 'launch', color: '--good', shape: 'up' },
  removal: { label: 'removal', color: '--ink-2', shape: 'down' },
  loss: { label: 'interruption or loss', color: '--bad', shape: 'cross' },
  policy: { label: 'policy commit', color: '--policy', shape: 'diamond' },
  'policy-rejected': { label: 'policy refused', color: '--bad', shape: 'diamond' },
  fault: { label: 'fault or burst', color: '--warn', shape: 'square' },
};
const stepped = uPlot.paths.stepped({ align: 1 });

export class Plot {
  #data = new PlotData();
  #hours = 3;
  #chart;

  constructor() {
    this.#drawLegends();
    this.#drawRanges();
    new ResizeObserver(() => this.#chart?.setSize(this.#size())).observe(document.getElementById('plot'));
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      this.#drawLegends();
      this.#rebuild();
    });
  }

  load(history) {
    this.#data.load(history);
    this.#rebuild();
  }

  add(addition) {
    if (this.#data.add(addition)) this.#update();
  }

  #size() {
    return { width: Math.max(260, document.getElementById('plot').clientWidth), height: HEIGHT };
  }

  #columns() {
    const shown = this.#data.within(this.#hours);
    return [
      shown.map((point) => point.atMs / 1000),
      ...SERIES.map((series) => shown.map((point) => point[series.key])),
    ];
  }

  #update() {
    if (this.#chart === undefined) this.#rebuild();
    else this.#chart.setData(this.#columns());
  }

  #rebuild() {
    this.#chart?.destroy();
    const axis = {
      stroke: color('--muted'),
      grid: { stroke: color('--line'), width: 1 },
      ticks: { stroke: color('--line'), width: 1 },
    };
    this.#chart = new uPlot(
      {
        ...this.#size(),
        padding: [18, 10, 0, 0],
        cursor: { y: false, points: { size: 7 } },
        legend: { show: false },
        tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
        scales: { y: { range: (_chart, _low, high) => [0, Math.max(1, (high ?? 1) * 1.12)] } },
        axes: [
          { ...axis, values: (_chart, ticks) => ticks.map((tick) => hourMinute(tick)), space: 60 },
          { ...axis, size: 38 },
        ],
        series: [
          {},
          ...SERIES.map((series) => ({
            label: series.label,
            stroke: color(series.color),
            width: series.width,
            points: { show: false },
            ...(series.fill === undefined ? {} : { fill: color(series.fill) }),
            ...(series.stepped ? { paths: stepped } : {}),
          })),
        ],
        hooks: { draw: [(chart) => this.#drawMarks(chart)], setCursor: [(chart) => this.#read(chart)] },
      },
      this.#columns(),
      document.getElementById('plot'),
    );
  }

  #drawMarks(chart) {
    const { ctx, bbox } = chart;
    const scale = devicePixelRatio;
    const from = chart.scales.x.min * 1000;
    ctx.save();
    for (const mark of this.#data.marks) {
      if (mark.atMs < from) continue;
      const x = chart.valToPos(mark.atMs / 1000, 'x', true);
      if (x > bbox.left + bbox.width) continue;
      const { color: name, shape } = MARKS[mark.kind];
      ctx.strokeStyle = ctx.fillStyle = color(name);
      if (shape === 'diamond' || shape === 'cross') line(ctx, x, bbox, scale);
      drawShape(ctx, shape, { x, y: bbox.top - 8 * scale, r: 5 * scale });
    }
    ctx.restore();
  }

  #read(chart) {
    const text = document.getElementById('mark-text');
    const index = chart.cursor.idx;
    if (index === null || index === undefined) {
      text.textContent = 'Point at the plot to read a moment.';
      return;
    }
    const atMs = chart.data[0][index] * 1000;
    const values = SERIES.map(({ label }, i) => `${label} ${number(chart.data[i + 1][index])}`);
    const half = ((chart.scales.x.max - chart.scales.x.min) * 1000 * 6) / Math.max(1, chart.width);
    const near = this.#data.marks
      .filter((mark) => Math.abs(mark.atMs - atMs) <= half)
      .map((mark) => mark.text);
    text.textContent = [`${clockText(atMs)}: ${values.join(', ')} cores`, ...near].join(' · ');
  }

  #drawLegends() {
    replace(
      'legend',
      SERIES.map((series) => element('li', {}, [key(series), series.label])),
    );
    replace(
      'mark-legend',
      Object.values(MARKS).map((mark) => element('li', {}, [icon(mark), mark.label])),
    );
  }

  #drawRanges() {
    const buttons = RANGES.map(([label, hours]) => {
      const button = element(
        'button',
        { type: 'button', 'aria-pressed': String(hours === this.#hours) },
        label,
      );
      button.addEventListener('click', () => {
        this.#hours = hours;
        this.#drawRanges();
        this.#update();
      });
      return button;
    });
    document.getElementById('range').replaceChildren(...buttons);
  }
}

function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function number(value) {
  return value === null || value === undefined ? 'unknown' : value.toFixed(1);
}

function hourMinute(seconds) {
  return new Date(seconds * 1000).toISOString().slice(11, 16);
}

function key(series) {
  const made = element('span', { class: series.fill === undefined ? 'key' : 'key area' });
  made.style.color = color(series.color);
  return made;
}

function icon(mark) {
  const canvas = element('canvas', { width: '24', height: '24' });
  canvas.style.width = canvas.style.height = '12px';
  const ctx = canvas.getContext('2d');
  ctx.strokeStyle = ctx.fillStyle = color(mark.color);
  drawShape(ctx, mark.shape, { x: 12, y: 12, r: 9 });
  return canvas;
}

function line(ctx, x, bbox, scale) {
  ctx.globalAlpha = 0.5;
  ctx.lineWidth = scale;
  ctx.setLineDash([4 * scale, 4 * scale]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.globalAlpha = 1;
  ctx.setLineDash([]);
}

function drawShape(ctx, shape, { x, y, r }) {
  ctx.beginPath();
  if (shape === 'cross') {
    ctx.lineWidth = r / 2;
    ctx.moveTo(x - r, y - r);
    ctx.lineTo(x + r, y + r);
    ctx.moveTo(x + r, y - r);
    ctx.lineTo(x - r, y + r);
    ctx.stroke();
    return;
  }
  const corners = {
    up: [
      [0, -1],
      [1, 1],
      [-1, 1],
    ],
    down: [
      [0, 1],
      [1, -1],
      [-1, -1],
    ],
    diamond: [
      [0, -1.2],
      [1.2, 0],
      [0, 1.2],
      [-1.2, 0],
    ],
    square: [
      [-0.9, -0.9],
      [0.9, -0.9],
      [0.9, 0.9],
      [-0.9, 0.9],
    ],
  }[shape];
  corners.forEach(([dx, dy], i) => ctx[i === 0 ? 'moveTo' : 'lineTo'](x + dx * r, y + dy * r));
  ctx.closePath();
  ctx.fill();
}
