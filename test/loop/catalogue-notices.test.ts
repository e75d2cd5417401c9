import { describe, expect, it } from '@jest/globals';
import { CatalogueNotices } from '../../src/loop/catalogue-notices.ts';
import { aNode, SMALL } from '../builders/fleet.ts';
import { aSnapshot } from '../builders/snapshot.ts';

function seeing(missingMiB: number) {
  const allocatable = { ...SMALL, memoryMiB: SMALL.memoryMiB - missingMiB };
  return aSnapshot({ nodes: [aNode({ allocatable })] });
}

describe('the catalogue', () => {
  it('is said once for each type to be wrong, where machines offer less than it says', () => {
    const notices = new CatalogueNotices();
    expect(notices.takeNew(seeing(60))).toMatchObject([
      { code: 'catalogue-differs', facts: { type: 't3.small', missingMiB: 60 } },
    ]);
    expect(notices.takeNew(seeing(60))).toEqual([]);
  });

  it('is left alone where machines offer what it says, more, or hardly less', () => {
    const notices = new CatalogueNotices();
    for (const missingMiB of [0, -60, 10]) expect(notices.takeNew(seeing(missingMiB))).toEqual([]);
  });
});
