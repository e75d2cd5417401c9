import type { LeaseLeadership } from '../adapters/lease/lease-leadership.ts';

/** Contends, runs the work once leading, stops it when the lease is lost, and gives the lease back only after it ended. */
export async function leadWhileHeld(
  leadership: LeaseLeadership,
  signal: AbortSignal,
  work: (held: AbortSignal) => Promise<void>,
): Promise<'stopped' | 'lost'> {
  const release = new AbortController();
  const lost = new AbortController();
  const contest = leadership.contend(release.signal).then((end) => {
    lost.abort();
    return end;
  });
  try {
    const held = AbortSignal.any([signal, lost.signal]);
    await leadership.acquired(held);
    if (!held.aborted) await work(held);
  } finally {
    release.abort();
    await contest;
  }
  return (await contest) === 'lost' ? 'lost' : 'stopped';
}
