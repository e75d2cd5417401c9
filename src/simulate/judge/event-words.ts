import { type EventFacts, eventLine, type WorldEvent } from '../base/event-log.ts';

type Words = (facts: EventFacts) => string;

/** What each kind of event means, in words. */
const WORDS: Readonly<Record<string, Words>> = {
  fault: ({ name, index }) => `fault injection ${name}-${index}`,
  violation: ({ invariant, fact }) => `invariant ${invariant} breaks: ${fact}`,
  'left-alone': () => 'the faults end and the load is constant',
  'process-paused': ({ process, ms }) => `the leader, ${process}, does not run for ${span(ms)}`,
  'process-rolled': ({ process }) => `the leader, ${process}, is asked to end`,
  'process-died': ({ process }) => `the process ${process} dies`,
  lease: ({ process, token, held }) =>
    process === undefined
      ? `the lease is ${held === true ? 'held' : 'lost'}`
      : `${process} leads, token ${token}`,
  commit: ({ change }) => `policy commit: ${change}`,
  'policy-accepted': ({ digest, revision }) =>
    `the policy ${short(digest)} of ${short(revision)} is in force`,
  'policy-restated': ({ digest, revision }) => `${short(revision)} says what ${short(digest)} says`,
  'policy-rejected': ({ faults }) => `a policy is refused: ${faults}`,
  decision: ({ id, current, desired, actions }) =>
    `decision ${id}: ${current} nodes, wants ${desired}${actions === undefined ? '' : `, does ${actions}`}`,
  operation: ({ id, what, step, instance, outcome }) =>
    `${what} ${id}${about(' of ', instance)} is '${step}'${about(': ', outcome)}`,
  notice: ({ about: subject, code }) => `notice about ${subject}: ${code}`,
  queue: ({ outcome, instance }) => `the queue's message${about(' on ', instance)}: ${outcome}`,
  'load-factor': ({ factor }) => `the load is ${Number(factor).toFixed(1)} times the usual`,
  burst: ({ pods }) => `${pods} more pods come for a quarter of an hour`,
  'capacity-gone': ({ type, zone, lifecycle, minutes }) =>
    `EC2 has no ${[lifecycle, type].filter((part) => part !== undefined).join(' ') || 'machine'}${about(' in ', zone)} for ${minutes} min`,
  'kubelet-died': ({ node }) => `the kubelet of ${node} falls silent`,
  'telemetry-outage': ({ minutes }) => `Prometheus is away for ${minutes} min`,
  trouble: ({ trouble: activeFault, ms }) => `trouble: ${activeFault} for ${span(ms)}`,
  'clock-skew': ({ ms }) => `the clocks of the processes are off by ${span(ms)}`,
  'by-hand': ({ what, instance, offering, node }) => `manual change: ${what} ${instance ?? offering ?? node}`,
  rebalance: ({ instance }) => `EC2 recommends to replace ${instance}`,
  'spot-notice': ({ instance, warned }) =>
    `EC2 will interrupt ${instance} in two minutes${warned === false ? ', without a warning' : ''}`,
  'spot-interruption': ({ instance }) => `EC2 takes ${instance} back`,
  launch: ({ instance, type, zone, lifecycle, operation }) =>
    `${instance} starts: ${type} ${lifecycle} in ${zone}${about(' for ', operation)}`,
  'launch-refused': ({ offering, operation }) => `EC2 has no ${offering} for ${operation}`,
  start: ({ instance }) => `${instance}, which was stopped, starts`,
  'start-refused': ({ instance }) => `EC2 has no capacity to start ${instance}`,
  stop: ({ instance }) => `${instance} is stopped`,
  terminate: ({ instance }) => `${instance} is terminated`,
  'boot-trouble': ({ instance, fate }) => `${instance} does not come up: ${fate}`,
  surge: ({ pod }) => `the Deployment of ${pod} is made to replace its pod`,
  'node-registered': ({ node }) => `${node} joins`,
  'node-admitted': ({ node }) => `${node} may take pods`,
  'node-ready': ({ node }) => `${node} is ready`,
  'node-not-ready': ({ node }) => `${node} is not ready any more`,
  'node-deleted': ({ node }) => `the Node ${node} is deleted`,
  cordon: ({ node, operation }) => `${node} is cordoned by ${operation}`,
  uncordon: ({ node, operation }) => `${node} is uncordoned by ${operation}`,
  evict: ({ pod, node, outcome }) => `eviction of ${pod} from ${node}: ${outcome}`,
  'pod-stopped': ({ pod, node }) => `${pod} stops on ${node}`,
  'pod-succeeded': ({ pod, node }) => `${pod} is done on ${node}`,
  rollout: ({ workload }) => `${workload} is rolled out anew`,
  'never-joins': ({ type, zone, lifecycle, minutes }) =>
    `machines never join${about(', ', type)}${about(', ', lifecycle)}${about(' in ', zone)} for ${minutes} min`,
  bind: ({ pod, node }) => `${pod} runs on ${node}`,
  unschedulable: ({ pod }) => `${pod} does not fit`,
};

/** The event in words; a kind that has none stands as it does in the log. */
export function eventWords(event: WorldEvent): string {
  const words = WORDS[event.kind];
  return words === undefined ? eventLine(event).replace(/^-?\d+ /, '') : words(event.facts);
}

type Fact = EventFacts[string];

function about(before: string, fact: Fact): string {
  return fact === undefined ? '' : `${before}${fact}`;
}

function span(ms: Fact): string {
  const seconds = Math.round(Number(ms) / 1_000);
  return Math.abs(seconds) < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

/** Digests and commits by as much as people compare of them. */
function short(digest: Fact): string {
  const [, algorithm = '', hex = ''] = /^(.*:)?([^:]*)$/.exec(String(digest)) ?? [];
  return hex.length > 12 ? `${algorithm}${hex.replace(/^0+/, '').slice(0, 8)}` : String(digest);
}
