import { describe, expect, it } from '@jest/globals';
import { MemoryLedger } from '../../src/adapters/memory/memory-ledger.ts';
import {
  readOnlyCloud,
  readOnlyCluster,
  readOnlyLedger,
  WriteForbidden,
} from '../../src/process/read-only-ports.ts';
import { aLaunch, anInstance, offerings } from '../builders/fleet.ts';
import { aPod } from '../builders/pod.ts';

const signal = new AbortController().signal;

describe('read-only ports', () => {
  const view = { nodes: [], pods: [], budgets: [], daemons: [] };
  const cluster = readOnlyCluster({
    synced: async () => undefined,
    view: () => view,
    onChange: () => () => undefined,
  });
  const cloud = readOnlyCloud({
    instances: async () => [anInstance()],
    offerings: async () => offerings(),
    consoleOutput: async () => 'booted',
  });
  const ledger = readOnlyLedger(new MemoryLedger());

  it('show the world as it is', async () => {
    await cluster.synced(signal);
    expect(cluster.view()).toBe(view);
    cluster.onChange(() => undefined)();
    expect(await cloud.instances(signal)).toEqual([anInstance()]);
    expect(await cloud.offerings({ types: [], zones: [] }, signal)).toHaveLength(8);
    expect(await cloud.consoleOutput('i-1', signal)).toBe('booted');
    expect(await ledger.list(signal)).toEqual([]);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['cordon', () => cluster.cordon('i-1', { operationId: 'op', atMs: 0 }, signal)],
    ['uncordon', () => cluster.uncordon('i-1', 'op', signal)],
    ['evict', () => cluster.evict(aPod(), 1, signal)],
    ['delete a node', () => cluster.deleteNode('i-1', 'uid', signal)],
    ['admit a node', () => cluster.admitNode('i-1', signal)],
    ['launch', () => cloud.launch({ clientToken: 't', operationId: 'op', offerings: [], tags: {} }, signal)],
    ['terminate', () => cloud.terminate(['i-1'], signal)],
    ['start', () => cloud.start('i-1', signal)],
    ['stop', () => cloud.stop('i-1', signal)],
    ['write an operation down', () => ledger.put(aLaunch(), 1, signal)],
  ])('cannot %s', async (_title, write) => {
    await expect(write()).rejects.toThrow(WriteForbidden);
  });
});
