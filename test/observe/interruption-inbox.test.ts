import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Interruption } from '../../src/model/interruption.ts';
import { InterruptionInbox } from '../../src/observe/interruption-inbox.ts';
import { PortError, type ReportEvent } from '../../src/ports.ts';
import { aNode } from '../builders/fleet.ts';
import { anInterruption } from '../builders/interruption.ts';
import { aSnapshot } from '../builders/snapshot.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { aMessage, ScriptedInterruptions } from '../fakes/scripted-interruptions.ts';

const warning = anInterruption();
const denied = new PortError('access denied', { retry: 'authorization', code: 'AccessDenied' });

describe('the inbox of interruptions', () => {
  let stop: AbortController;
  let running: Promise<void>;
  let queue: ScriptedInterruptions;
  let clock: ManualClock;
  let inbox: InterruptionInbox;
  let events: ReportEvent[];
  let news: number;
  let isLeader: boolean;

  beforeEach(() => {
    stop = new AbortController();
    queue = new ScriptedInterruptions();
    clock = new ManualClock();
    events = [];
    news = 0;
    isLeader = true;
    inbox = new InterruptionInbox(
      {
        interruptions: queue,
        clock,
        leadership: { isLeader: () => isLeader, fencingToken: () => 1 },
        reporter: { report: (event) => events.push(event) },
      },
      () => {
        news += 1;
      },
    );
    running = inbox.run(stop.signal);
  });

  afterEach(async () => {
    stop.abort();
    await running;
  });

  /** Lets promises settle: real I/O is not involved. */
  async function settled(): Promise<void> {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  }

  function afterRound(standing: 'foreign' | 'over' | 'settled' | 'open'): void {
    const snapshot = aSnapshot({ nodes: [aNode()], interruptions: inbox.known() });
    inbox.settle(snapshot, () => standing, stop.signal);
  }

  function outcomes(): readonly string[] {
    return events.flatMap((event) => (event.kind === 'interruption-queue' ? [event.outcome] : []));
  }

  it('wakes the loop at once, and deletes a message only after a round has settled it', async () => {
    queue.push([aMessage('m-1', warning)]);
    await settled();
    expect(news).toBe(1);
    expect(inbox.known()).toEqual([warning]);
    afterRound('open');
    expect(queue.acknowledged).toEqual([]);
    afterRound('settled');
    expect(queue.acknowledged).toEqual(['receipt-m-1']);
    // It is still known: the machine is there, and the ledger decides what is left to do.
    expect(inbox.known()).toEqual([warning]);
    afterRound('over');
    expect(inbox.known()).toEqual([]);
    expect(outcomes()).toEqual(['announced']);
  });

  it('gives back what stays open until its node says it, and then deletes the message', async () => {
    const maintenance = anInterruption({ kind: 'maintenance', atMs: clock.now() });
    queue.push([aMessage('m-1', maintenance)]);
    await settled();
    const settle = (announced: readonly Interruption[]) => {
      const snapshot = aSnapshot({ nodes: [aNode({ announced })], interruptions: inbox.known() });
      return inbox.settle(snapshot, () => 'open', stop.signal);
    };
    expect(settle([])).toEqual([maintenance]);
    expect(queue.acknowledged).toEqual([]);
    expect(settle([maintenance])).toEqual([]);
    expect(queue.acknowledged).toEqual(['receipt-m-1']);
    expect(inbox.known()).toEqual([maintenance]);
  });

  it('keeps the first of repeated messages, and deletes each of them', async () => {
    const again = anInterruption({ atMs: 7_000 });
    queue.push([aMessage('m-1', warning)], [aMessage('m-2', again), aMessage('m-1', warning)]);
    await settled();
    expect(inbox.known()).toEqual([warning]);
    afterRound('settled');
    expect(queue.acknowledged.toSorted()).toEqual(['receipt-m-1', 'receipt-m-2']);
  });

  it('waits for the last of several instances that one message speaks of', async () => {
    const other = anInterruption({ instanceId: 'i-2' });
    queue.push([aMessage('m-1', warning, other)]);
    await settled();
    const snapshot = aSnapshot({ interruptions: inbox.known() });
    inbox.settle(snapshot, (i) => (i.instanceId === 'i-1' ? 'foreign' : 'open'), stop.signal);
    expect(queue.acknowledged).toEqual([]);
    afterRound('settled');
    expect(queue.acknowledged).toEqual(['receipt-m-1']);
  });

  it('deletes what concerns nobody at once, counted, and tells people of what it cannot read', async () => {
    queue.push([aMessage('m-1'), { ...aMessage('m-2'), fault: 'it is not JSON' }]);
    await settled();
    expect(queue.acknowledged).toEqual(['receipt-m-1', 'receipt-m-2']);
    expect(outcomes()).toEqual(['irrelevant', 'unreadable']);
    expect(events.at(-1)).toMatchObject({ kind: 'notice', reason: { code: 'interruption-unreadable' } });
    expect(news).toBe(0);
  });

  it('forgets what is about other fleets, and deletes it', async () => {
    queue.push([aMessage('m-1', warning)]);
    await settled();
    afterRound('foreign');
    expect(queue.acknowledged).toEqual(['receipt-m-1']);
    expect(inbox.known()).toEqual([]);
    expect(outcomes()).toEqual(['foreign']);
  });

  it('backs off from a queue that refuses, tells of it once, counts each, and goes on when it answers', async () => {
    queue.push(denied, denied, [aMessage('m-1', warning)]);
    await settled();
    expect(clock.sleepsMs()).toEqual([1_000]);
    clock.advance(1_000);
    await settled();
    expect(clock.sleepsMs()).toEqual([2_000]);
    clock.advance(2_000);
    await settled();
    expect(inbox.known()).toEqual([warning]);
    expect(outcomes()).toEqual(['failed', 'failed']);
    const notices = events.filter((event) => event.kind === 'notice');
    expect(notices).toMatchObject([{ severity: 'warning', reason: { code: 'interruption-queue' } }]);
  });

  it('bears a queue that deletes nothing', async () => {
    queue.refusal = denied;
    queue.push([aMessage('m-1', warning)]);
    await settled();
    afterRound('settled');
    await settled();
    expect(outcomes()).toEqual(['announced', 'failed']);
  });

  it('takes nothing without the lease, and forgets all when it is lost', async () => {
    queue.push([aMessage('m-1', warning)]);
    await settled();
    inbox.reset();
    expect(inbox.known()).toEqual([]);
    isLeader = false;
    queue.push([]);
    await settled();
    const { receives } = queue;
    clock.advance(5_000);
    await settled();
    expect(queue.receives).toBe(receives);
  });
});
