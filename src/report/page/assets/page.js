import { drawControls } from './controls.js';
import { element, replace } from './dom.js';
import { drawDecisions, drawNotices, drawPolicies } from './feeds.js';
import { drawNodes } from './nodes.js';
import { Plot } from './plot.js';
import { clockText, costText, moneyText } from './text.js';

const plot = new Plot();
let view;

const events = new EventSource('/api/events');
events.addEventListener('history', (event) => plot.load(JSON.parse(event.data)));
events.addEventListener('plot', (event) => plot.add(JSON.parse(event.data)));
events.addEventListener('view', (event) => {
  view = JSON.parse(event.data);
  draw();
});
events.addEventListener('open', () => banner(view === undefined ? undefined : rejected(view)));
events.addEventListener('error', () =>
  banner('The connection to SmartScale is gone; trying again every second.'),
);

function draw() {
  document.getElementById('cluster').textContent = view.clusterName;
  const inForce = view.policies.find((policy) => policy.status === 'in force');
  document.getElementById('policy-line').textContent =
    inForce === undefined ? 'no policy in force yet' : policyLine(inForce);
  document.getElementById('clock').textContent =
    clockText(view.nowMs) +
    (view.controls === null
      ? ''
      : ` · ${view.controls.paused ? 'paused' : `${view.controls.speed}× real time`}`);
  replace('tiles', tiles());
  document.getElementById('plot-card').classList.toggle('alone', view.controls === null);
  drawNodes(view);
  drawDecisions(view.decisions);
  drawPolicies(view.policies);
  drawNotices(view.notices);
  drawControls(view.controls);
  banner(rejected(view));
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

function tiles() {
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
