import { Writable } from 'node:stream';
import { afterEach, describe, expect, it } from '@jest/globals';
import { EventStream } from '../../../src/report/page/event-stream.ts';

const MUCH = 'x'.repeat(600_000);

let stream: EventStream | undefined;

afterEach(() => stream?.close());

/** A connection of which the other end reads only when the test says so. */
class Connection extends Writable {
  readonly received: string[] = [];
  #goOn: (() => void) | undefined;
  isReading = false;

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.received.push(chunk.toString());
    if (this.isReading) done();
    else this.#goOn = done;
  }

  async readAll(): Promise<void> {
    this.isReading = true;
    const isDrained = new Promise((resolve) => this.once('drain', resolve));
    this.#goOn?.();
    await isDrained;
  }
}

function streamOf(whole: () => string): EventStream {
  stream = new EventStream(whole);
  return stream;
}

describe('the stream of events to browsers', () => {
  it('begins with the whole and goes on with what is sent', () => {
    const events = streamOf(() => 'whole');
    const connection = new Connection();
    connection.isReading = true;
    events.add(connection);
    events.send('a');
    events.send('b');
    expect(connection.received).toEqual(['retry: 1000\n\n', 'whole', 'a', 'b']);
  });

  it('leaves out a client that reads too slowly, and gives it the whole again once it has read', async () => {
    let seq = 0;
    const events = streamOf(() => `whole ${seq}`);
    const connection = new Connection();
    events.add(connection);
    for (seq = 1; seq <= 10; seq += 1) events.send(`${seq} ${MUCH}`);
    await connection.readAll();
    events.send('later');
    const starts = connection.received.map((text) => text.slice(0, 8).trim());
    expect(starts).toEqual([
      'retry: 1',
      'whole 0',
      `1 ${MUCH}`.slice(0, 8),
      `2 ${MUCH}`.slice(0, 8),
      'whole 11',
      'later',
    ]);
  });

  it('lets one view that is larger than any buffer through', () => {
    const events = streamOf(() => MUCH.repeat(5));
    const connection = new Connection();
    events.add(connection);
    events.send('delta');
    expect(events.clients).toBe(1);
    connection.isReading = true;
    expect(connection.writableLength).toBeGreaterThan(MUCH.length * 5);
  });

  it('cuts a client off that reads nothing from one ping to the next', () => {
    const events = streamOf(() => 'whole');
    const connection = new Connection();
    events.add(connection);
    for (let i = 0; i < 10; i += 1) events.send(MUCH);
    events.ping();
    expect(events.clients).toBe(1);
    events.ping();
    expect([events.clients, connection.destroyed]).toEqual([0, true]);
  });
});
