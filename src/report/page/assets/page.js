import { drawControls } from './controls.js';
import { element, replace } from './dom.js';
import { drawDecisions, drawNotices, drawPolicies } from './feeds.js';
import { LiveView } from './live-view.js';
import { NodesTable } from './nodes.js';
import { Plot } from './plot.js';
import { clockText, costText, moneyText } from './text.js';

const plot = new Plot();
const nodes = new NodesTable();
const live = new LiveView();
connect();

/** The server sends a whole view first, then numbered deltas; where one is missing, a new connection brings a whole view again. */
function connect() {
  const events = new EventSource('/api/events');
  events.addEventListener('view', (event) => {
    const whole = JSON.parse(event.data);
    live.load(whole);
    plot.load(whole.history);
    draw();
  });
  events.addEventListener('delta', (event) => {
    const delta = JSON.parse(event.data);
    if (!live.apply(delta)) {
      events.close();
      connect();
      return;
    }
    plot.add(delta);
    draw(delta.view);
  });
  events.addEventListener('open', () => banner(live.view === undefined ? undefined : rejected(live.view)));
  events.addEventListener('error', () =>
    banner('The connection to SmartScale is gone; trying again every second.'),
  );
}

/** Draws what changed; everything where that is not said. */
function draw(changes) {
  const has = (section) => changes === undefined || changes[section] !== undefined;
  const { view } = live;
  if (has('fields') || has('policies')) drawHead(view);
  if (has('nodes') || has('fields')) nodes.draw(live.sortedNodes(), view.nowMs);
  if (has('decisions')) drawDecisions(view.decisions);
  if (has('policies')) drawPolicies(view.policies);
  if (has('notices')) drawNotices(view.notices);
  if (has('fields')) drawControls(view.controls);
  banner(rejected(view));
}

function drawHead(view) {
  document.getElementById('cluster').textContent = view.clusterName;
  const inForce = view.policies.find((policy) => policy.status === 'in force');
  document.getElementById('policy-line').textContent =
    inForce === undefined ? 'no policy in force yet' : policyLine(inForce);
  document.getElementById('clock').textContent =
    clockText(view.nowMs) +
    (view.controls === null
      ? ''
      : ` · ${view.controls.paused ? 'paused' : `${view.controls.speed}× real time`}`);
  replace('tiles', tiles(view));
  document.getElementById('plot-card').classList.toggle('alone', view.controls === null);
}

function policyLine(policy) {
  const revision =
    policy.revision === null ? '' : ` at ${policy.revision.replace(/([0-9a-f]{8})[0-9a-f]{8,}/, '$1')}`;
  const subject = policy.subject === null ? '' : ` “${policy.subject}”`;
  return `policy ${policy.digest.slice(7, 15)}${revision}${subject}`;
}

function rejected(now) {
  const [newest] = now.policies;
  if (newest?.status !== 'rejected') return undefined;
  const commit = newest.subject === null ? '' : ` (“${newest.subject}”)`;
  const stays = now.minNodes === null ? 'no policy is in force' : 'the last good one stays in force';
  return `The newest policy${commit} is refused; ${stays}. ${newest.faults.join(' · ')}`;
}

function banner(text) {
  const bar = document.getElementById('banner');
  bar.hidden = text === undefined;
  bar.textContent = text ?? '';
}

function tiles(view) {
  const spot = view.currentNodes === 0 ? '' : `${view.spotNodes} spot`;
  const bounds = view.minNodes === null ? '' : `allowed ${view.minNodes}–${view.maxNodes}`;
  const cost = costText(view.costUsdPerHour, view.unpricedInstances);
  const month =
    cost.note === '' && view.costUsdPerHour !== null
      ? `${moneyText(view.costUsdPerHour * 730, 2)} a month`
      : '';
  const total = view.controls === null ? '' : `${moneyText(view.controls.costUsd, 2)} so far`;
  return [
    tile('Workers ready', `${view.readyNodes}`, bounds),
    tile(
      'Workers wanted',
      `${view.desiredNodes}`,
      view.currentNodes === view.readyNodes ? 'all ready' : `${view.currentNodes} counted`,
    ),
    tile(
      'Pods waiting',
      `${view.pendingPods}`,
      view.pendingPods === 0 ? 'everything has room' : 'the scheduler has no room',
    ),
    tile(
      'CPU',
      percent(view.cpuPercent),
      view.cpuPercent === null ? 'unknown: metrics alone change nothing' : 'of all ready workers',
    ),
    tile('Memory', percent(view.memoryPercent), ''),
    tile(
      'Cost an hour',
      cost.value,
      [cost.note, month, total, spot].filter((part) => part !== '').join(' · '),
    ),
  ];
}

function tile(label, value, more) {
  return element('div', { class: 'tile' }, [
    element('div', { class: 'label' }, label),
    element('div', { class: 'value' }, value),
    element('div', { class: 'more' }, more),
  ]);
}

function percent(value) {
  return value === null ? 'unknown' : `${Math.round(value)} %`;
}
