import { afterEach, describe, expect, it } from '@jest/globals';
import { ConfigMapPolicySource } from '../../../src/adapters/kubernetes/configmap-policy-source.ts';
import { SteppedClock } from '../../fakes/stepped-clock.ts';
import { type Answer, RecordingApiServer } from './recording-api-server.ts';

const REF = { namespace: 'smartscale', name: 'policy' };

let server: RecordingApiServer | undefined;
let stop = new AbortController();
let running: Promise<void> | undefined;

interface Content {
  readonly data?: Readonly<Record<string, string>>;
  readonly annotations?: object;
}

function configMap({ data, annotations }: Content): object {
  return { metadata: { ...REF, uid: 'u', resourceVersion: '5', annotations }, data };
}

/** A source of a server with this list, whose watch then tells these events one by one, each on a connection of its own. */
async function sourceOf(items: readonly object[], events: readonly object[] = []) {
  const waiting = [...events];
  server = await RecordingApiServer.start(({ path }): Answer => {
    if (!path.includes('watch=true'))
      return { status: 200, body: { metadata: { resourceVersion: '5' }, items } };
    return { status: 200, body: waiting.shift() };
  });
  const clock = new SteppedClock();
  const source = new ConfigMapPolicySource(REF, { transport: server.transport, clock, random: () => 0 });
  running = source.reflector.run(stop.signal);
  return { source, clock };
}

afterEach(async () => {
  stop.abort();
  await running;
  stop = new AbortController();
  await server?.close();
});

describe('ConfigMapPolicySource', () => {
  it.each<[string, Content, object | undefined]>([
    ['reads the policy under policy.yaml', { data: { 'policy.yaml': 'a: 1', other: 'b' } }, { text: 'a: 1' }],
    ['takes the only key there is', { data: { 'fleet.yaml': 'c: 1' } }, { text: 'c: 1' }],
    ['has no policy when there are several other keys', { data: { x: '1', y: '2' } }, undefined],
    ['has no policy when the ConfigMap is empty', {}, undefined],
    [
      'says the revision that is written on the ConfigMap',
      { data: { 'policy.yaml': '' }, annotations: { 'smartscale.dev/revision': 'main@sha1:1' } },
      { text: '', origin: 'ConfigMap smartscale/policy', revision: 'main@sha1:1' },
    ],
  ])('%s', async (_title, content, document) => {
    const { source } = await sourceOf([configMap(content)]);
    await source.reflector.synced(stop.signal);
    if (document === undefined) expect(source.current()).toBeUndefined();
    else expect(source.current()).toMatchObject(document);
  });

  it('asks for its one ConfigMap only, in the list and in the watch', async () => {
    const { source, clock } = await sourceOf([]);
    await source.reflector.synced(stop.signal);
    expect(source.current()).toBeUndefined();
    while ((server?.calls.length ?? 0) < 2) await clock.advance(2_000);
    for (const call of server?.calls ?? [])
      expect(call.path).toContain('/namespaces/smartscale/configmaps?fieldSelector=metadata.name%3Dpolicy');
  });

  it('tells of an edit and of the deletion, after which there is no policy', async () => {
    const edited = configMap({ data: { 'policy.yaml': 'a: 2' } });
    const { source, clock } = await sourceOf(
      [configMap({ data: { 'policy.yaml': 'a: 1' } })],
      [
        { type: 'MODIFIED', object: edited },
        { type: 'DELETED', object: edited },
      ],
    );
    const seen: (string | undefined)[] = [];
    source.onChange(() => seen.push(source.current()?.text));
    while (seen.length < 3) await clock.advance(2_000);
    expect(seen).toEqual(['a: 1', 'a: 2', undefined]);
  });
});
