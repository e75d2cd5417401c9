import { element, replace } from './dom.js';
import { timeText } from './text.js';

export function drawDecisions(decisions) {
  replace('decisions', decisions.length === 0 ? [empty('No decision yet.')] : decisions.map(decision));
}

function decision(row) {
  const times = row.rounds > 1 ? ` · ${row.rounds} rounds` : '';
  const revision =
    row.policyRevision === null ? '' : ` · ${row.policyRevision.replace(/([0-9a-f]{8})[0-9a-f]{8,}/, '$1')}`;
  return element('li', {}, [
    element('span', { class: 'when' }, timeText(row.atMs)),
    element('span', { class: 'head' }, row.headline),
    element('span', { class: 'muted' }, ` · policy ${row.policyDigest.slice(7, 15)}${revision}${times}`),
    ...row.reasons.map((text) => element('span', { class: 'sub' }, text)),
    ...row.refusals.map((text) => element('span', { class: 'sub warning' }, text)),
  ]);
}

export function drawPolicies(policies) {
  replace('policies', policies.length === 0 ? [empty('No policy yet.')] : policies.map(policy));
}

function policy(row) {
  const what = row.subject ?? (row.digest === null ? 'a policy' : `policy ${row.digest.slice(7, 15)}`);
  const by = row.author === null ? '' : ` by ${row.author}`;
  return element('li', {}, [
    element('span', { class: 'when' }, timeText(row.atMs)),
    element('span', { class: row.status === 'rejected' ? 'head bad' : 'head' }, `${row.status}: `),
    `${what}${by}`,
    element(
      'span',
      { class: 'sub' },
      [row.revision ?? '', row.digest?.slice(0, 15) ?? ''].filter((part) => part !== '').join(' · '),
    ),
    ...row.faults.map((text) => element('span', { class: 'sub bad' }, text)),
  ]);
}

export function drawNotices(notices) {
  replace('notices', notices.length === 0 ? [empty('Nothing to report.')] : notices.map(notice));
}

function notice(row) {
  return element('li', { class: row.severity === 'warning' ? 'warning' : '' }, [
    element('span', { class: 'when' }, timeText(row.atMs)),
    row.text,
  ]);
}

function empty(text) {
  return element('li', { class: 'muted' }, text);
}
