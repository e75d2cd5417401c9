import { expect, test } from '@jest/globals';
import { doHostPortsConflict, hostPortOf } from '../../src/model/host-port.ts';

test.each([
  ['8080/TCP', '8080/TCP', true],
  ['8080/TCP', '8080/UDP', false],
  ['127.0.0.1:53/UDP', '127.0.0.1:53/UDP', true],
  ['127.0.0.1:53/UDP', '169.254.20.10:53/UDP', false],
  ['127.0.0.1:53/UDP', '53/UDP', true],
  ['53/UDP', '127.0.0.1:53/UDP', true],
  ['53/UDP', '127.0.0.1:54/UDP', false],
])('a pod with port %s beside one with %s: conflict is %s', (wanted, held, conflict) => {
  expect(doHostPortsConflict([wanted], [held])).toBe(conflict);
});

test('every address is the same as none named', () => {
  expect(hostPortOf('53/UDP', '0.0.0.0')).toBe('53/UDP');
  expect(hostPortOf('53/UDP', '')).toBe('53/UDP');
  expect(hostPortOf('53/UDP', '::1')).toBe('::1:53/UDP');
});
