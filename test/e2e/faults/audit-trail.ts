import { expect } from '@jest/globals';
import { hasEnded, type Operation } from '../../../src/model/operation.ts';
import { eventually } from '../harness/poll.ts';
import { NAMESPACE, type World } from '../harness/world.ts';

const LEDGER = `/apis/smartscale.dev/v1/namespaces/${NAMESPACE}/scalingoperations`;

/** The ledger, once nothing in it is under way. */
async function endedOperations({ kube }: World): Promise<readonly Operation[]> {
  return eventually('every operation in the ledger to have ended', async () => {
    const objects = await kube.list(LEDGER);
    const operations = objects.map((object) => (object['spec'] as { operation: Operation }).operation);
    return operations.every(hasEnded) ? operations : undefined;
  });
}

/**
 * Every operation has ended and names a decision that a replica told of; every call that made or ended an instance has its
 * operation; and EC2 carried out no token twice.
 */
export async function expectWholeTrail(world: World): Promise<void> {
  const operations = await endedOperations(world);
  const decisions = [world.autoscaler, world.standby].flatMap((replica) =>
    replica.log().filter((line) => line['msg'] === 'decision'),
  );
  const decided = new Set(decisions.map((line) => line['decisionId']));
  expect(operations.filter(({ decisionId }) => !decided.has(decisionId))).toEqual([]);
  const launched = carriedOut(world, 'CreateFleet').map((form) => form.get('ClientToken') ?? '');
  expect(launched).toEqual([...new Set(launched)]);
  const launches = operations.filter(({ kind }) => kind === 'launch').map(({ id }) => id);
  expect(launched.filter((token) => !launches.includes(token.replace(/\.\d+$/, '')))).toEqual([]);
  const ended = carriedOut(world, 'TerminateInstances').flatMap(instancesOf);
  const answered = operations.map(({ instanceId }) => instanceId);
  expect(ended.filter((id) => !answered.includes(id))).toEqual([]);
}

/** Calls that reached moto, whether or not their answers were heard. */
function carriedOut({ proxy }: World, action: string): readonly URLSearchParams[] {
  return proxy
    .callsOf(action)
    .filter(({ outcome, status }) => (outcome === 'forwarded' || outcome === 'lost') && status < 400)
    .map(({ form }) => form);
}

function instancesOf(form: URLSearchParams): readonly string[] {
  return [...form].filter(([name]) => /^InstanceId\.\d+$/.test(name)).map(([, id]) => id);
}
