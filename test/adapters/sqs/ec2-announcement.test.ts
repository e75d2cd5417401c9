import { describe, expect, test } from '@jest/globals';
import { assert, json, oneof, property, string } from 'fast-check';
import { readAnnouncement } from '../../../src/adapters/sqs/ec2-announcement.ts';
import { anEvent, aSpotWarning, HEALTH, REBALANCE, STATE_CHANGE } from './aws-events.ts';

const NOW = Date.parse('2026-11-24T10:00:00Z');
const SAID = Date.parse('2026-11-24T09:59:50Z');
const ID = 'i-0123456789abcdef0';

describe('reading what AWS announces', () => {
  test('takes the instance of a spot warning from its detail, and two minutes from its time', () => {
    expect(readAnnouncement(aSpotWarning(ID), NOW)).toEqual({
      interruptions: [{ kind: 'spot-warning', instanceId: ID, atMs: SAID, effectiveAtMs: SAID + 120_000 }],
    });
  });

  test('reads a rebalance recommendation', () => {
    expect(readAnnouncement(anEvent(REBALANCE, { 'instance-id': ID }), NOW)).toEqual({
      interruptions: [{ kind: 'rebalance', instanceId: ID, atMs: SAID }],
    });
  });

  test.each(['stopping', 'stopped', 'shutting-down', 'terminated'])('acts upon the state %s', (state) => {
    expect(readAnnouncement(anEvent(STATE_CHANGE, { 'instance-id': ID, state }), NOW)).toEqual({
      interruptions: [{ kind: 'state-change', instanceId: ID, atMs: SAID, state }],
    });
  });

  test.each(['pending', 'running', 'hibernating'])('leaves the state %s alone', (state) => {
    expect(readAnnouncement(anEvent(STATE_CHANGE, { 'instance-id': ID, state }), NOW)).toEqual({
      interruptions: [],
    });
  });

  test('reads each instance of a scheduled change, with its start', () => {
    const detail = {
      service: 'EC2',
      eventTypeCode: 'AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED',
      eventTypeCategory: 'scheduledChange',
      statusCode: 'upcoming',
      startTime: 'Mon, 30 Nov 2026 06:00:00 GMT',
      affectedEntities: [{ entityValue: ID }, { entityValue: 'i-0fedcba9876543210', status: 'IMPAIRED' }],
    };
    const effectiveAtMs = Date.parse('2026-11-30T06:00:00Z');
    const announced = readAnnouncement(anEvent(HEALTH, detail, { source: 'aws.health' }), NOW);
    expect(announced.interruptions).toEqual([
      { kind: 'maintenance', instanceId: ID, atMs: SAID, effectiveAtMs },
      { kind: 'maintenance', instanceId: 'i-0fedcba9876543210', atMs: SAID, effectiveAtMs },
    ]);
  });

  test.each([
    ['another service', { service: 'RDS', eventTypeCategory: 'scheduledChange' }],
    ['an issue of the region', { service: 'EC2', eventTypeCategory: 'issue' }],
    ['a change that is over', { service: 'EC2', eventTypeCategory: 'scheduledChange', statusCode: 'closed' }],
  ])('leaves Health alone when it speaks of %s', (_what, detail) => {
    const all = { ...detail, affectedEntities: [{ entityValue: ID }] };
    expect(readAnnouncement(anEvent(HEALTH, all), NOW)).toEqual({ interruptions: [] });
  });

  test('leaves events of other types alone, and events that an application made', () => {
    expect(readAnnouncement(anEvent('EBS Snapshot Notification', {}), NOW)).toEqual({ interruptions: [] });
    expect(readAnnouncement(aSpotWarning(ID, { source: 'my.app' }), NOW)).toEqual({ interruptions: [] });
  });

  test.each(['2026-11-24T11:00:00Z', '2026-11-24T09:00:00Z', 'yesterday', undefined])(
    'counts from now when the event says %s, which another clock made',
    (time) => {
      const announced = readAnnouncement(aSpotWarning(ID, { time }), NOW);
      expect(announced.interruptions).toMatchObject([{ atMs: NOW, effectiveAtMs: NOW + 120_000 }]);
    },
  );

  test.each([
    ['not JSON', '{', 'it is not JSON'],
    ['null', 'null', 'the whole: '],
    ['an event without a detail-type', '{"source":"aws.ec2"}', 'detail-type: '],
    ['a warning without an instance', anEvent('EC2 Spot Instance Interruption Warning', {}), 'instance-id: '],
    ['a warning of something else', aSpotWarning('vol-1'), 'instance-id: must be an instance id'],
  ])('says what is wrong with %s', (_what, body, fault) => {
    const announced = readAnnouncement(body, NOW);
    expect(announced).toMatchObject({ interruptions: [], fault: expect.stringContaining(fault) });
  });

  test('bears any text and any JSON', () => {
    assert(
      property(oneof(string(), json()), (body) => {
        expect(Array.isArray(readAnnouncement(body, NOW).interruptions)).toBe(true);
      }),
    );
  });
});
