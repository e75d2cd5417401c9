import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { reasonsPage } from '../../.config/reasons-page.ts';
import { REASON_CODES } from '../../src/model/reason-codes.ts';

describe('REASON_CODES', () => {
  it('stands in the documentation as it is; else: node .config/reasons-page.ts', () => {
    expect(readFileSync(new URL('../../docs/reasons.md', import.meta.url), 'utf8')).toBe(reasonsPage());
  });

  it('names each code in lower case with hyphens and says one sentence of it', () => {
    for (const [code, { doc }] of Object.entries(REASON_CODES)) {
      expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(doc).toMatch(/^[A-Z][^\n|]*[.]$/);
    }
  });
});
