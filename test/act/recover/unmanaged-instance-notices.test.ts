import { describe, expect, it } from '@jest/globals';
import { UnmanagedInstanceNotices } from '../../../src/act/recover/unmanaged-instance-notices.ts';
import { STARTUP_TAINT_KEY } from '../../../src/model/node.ts';
import { aNode, anInstance } from '../../builders/fleet.ts';

const TAINT = { key: STARTUP_TAINT_KEY, value: '', effect: 'NoSchedule' as const };
const known = (...value: readonly ReturnType<typeof anInstance>[]) => ({ status: 'known', value }) as const;
const UNMANAGED = anInstance({ id: 'i-9', operationId: undefined });

describe('notices of machines that somebody added by hand', () => {
  it('name the machine and what to do, once for as long as it is there', () => {
    const notices = new UnmanagedInstanceNotices();
    const [told, ...rest] = notices.takeNew({ instances: known(UNMANAGED), nodes: [] });
    expect(rest).toEqual([]);
    expect(told).toMatchObject({ subject: { kind: 'fleet' }, reason: { code: 'instance-by-hand' } });
    expect(told?.reason.text).toMatch(
      /^Instance i-9 \(on-demand t3\.small in ap-southeast-1a\) .*Terminate it/,
    );
    expect(notices.takeNew({ instances: known(UNMANAGED), nodes: [] })).toEqual([]);
    expect(notices.takeNew({ instances: known(), nodes: [] })).toEqual([]);
    expect(notices.takeNew({ instances: known(UNMANAGED), nodes: [] })).toHaveLength(1);
  });

  it('are about its node once it has joined, and keep quiet while EC2 does not answer', () => {
    const notices = new UnmanagedInstanceNotices();
    const nodes = [aNode({ name: 'i-9', taints: [TAINT] })];
    expect(notices.takeNew({ instances: { status: 'unknown', why: 'timeout' }, nodes })).toEqual([]);
    expect(notices.takeNew({ instances: known(UNMANAGED), nodes })).toMatchObject([
      { subject: { kind: 'node', name: 'i-9' } },
    ]);
    expect(notices.takeNew({ instances: { status: 'unknown', why: 'timeout' }, nodes })).toEqual([]);
    expect(notices.takeNew({ instances: known(UNMANAGED), nodes })).toEqual([]);
  });

  it.each([
    ['a launch of ours made it', { operationId: 'op-1' }, []],
    ['it is going', { state: 'shutting-down' as const }, []],
    ['a person lets it take pods: it is a worker', {}, [aNode({ name: 'i-9' })]],
  ])('are not made when %s', (_why, parts, nodes) => {
    const instances = known({ ...UNMANAGED, ...parts });
    expect(new UnmanagedInstanceNotices().takeNew({ instances, nodes })).toEqual([]);
  });
});
