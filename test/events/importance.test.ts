import { describe, expect, it } from '@jest/globals';
import { importanceOf } from '../../src/events/importance.ts';
import type { Interruption } from '../../src/model/interruption.ts';
import { CANCELLED, type Operation } from '../../src/model/operation.ts';
import type { ReportEvent } from '../../src/ports.ts';
import { aLaunch, aRemoval } from '../builders/fleet.ts';
import { aPlan } from '../builders/plan.ts';
import { aSnapshot } from '../builders/snapshot.ts';

const DOCUMENT = { text: '', origin: 'policy.yaml', revision: undefined };
const IDENTITY = { digest: 'sha256:1', revision: undefined };

function anOperation(operation: Operation): ReportEvent {
  return { kind: 'operation', operation, atMs: 0 };
}

function anAnnouncement(kind: Interruption['kind']): ReportEvent {
  const interruption = { kind, instanceId: 'i-1', atMs: 0 };
  return { kind: 'interruption-queue', outcome: 'announced', interruption, atMs: 0 };
}

describe('the importance of an event', () => {
  it.each<[string, ReportEvent, string, string]>([
    [
      'a decision',
      { kind: 'decision', plan: aPlan(), snapshot: aSnapshot(), durationMs: 1 },
      'info',
      'records',
    ],
    ['a step on the way', anOperation(aRemoval({ step: 'terminating' })), 'info', 'records'],
    ['a launched instance', anOperation(aLaunch({ step: 'launched' })), 'info', 'people'],
    ['a launch that failed', anOperation(aLaunch({ step: 'failed' })), 'warning', 'people'],
    ['a removal that was given up', anOperation(aRemoval({ step: 'aborted' })), 'warning', 'people'],
    ['a spot warning', anAnnouncement('spot-warning'), 'warning', 'people'],
    ['a change of state', anAnnouncement('state-change'), 'info', 'records'],
    ['a fault of the queue', { kind: 'interruption-queue', outcome: 'failed', atMs: 0 }, 'info', 'records'],
    [
      'a rejected policy',
      { kind: 'policy-rejected', document: DOCUMENT, faults: [], inForce: IDENTITY, atMs: 0 },
      'error',
      'people',
    ],
    [
      'a policy restated',
      { kind: 'policy-restated', document: DOCUMENT, identity: IDENTITY, atMs: 0 },
      'info',
      'records',
    ],
  ])('of %s is told by its kind and content', (_what, event, severity, audience) => {
    expect(importanceOf(event)).toEqual({ severity, audience });
  });

  it('of a launch that the policy called off is no warning', () => {
    const outcome = { code: CANCELLED, text: 'called off' } as const;
    expect(importanceOf(anOperation(aLaunch({ step: 'failed', outcome }))).severity).toBe('info');
  });
});
