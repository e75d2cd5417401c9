/** Whether tests try all of their cases, as `npm run test:deep` sets it; else they try a share of them, with the same assertions. */
export const IS_DEEP = process.env['SMARTSCALE_TEST_DEPTH'] === 'deep';

const SHARE = 1 / 6;

/** How many of so many cases a property is tried on. */
export function caseCount(deep: number): number {
  return IS_DEEP ? deep : Math.ceil(deep * SHARE);
}

/** The distance between two writes at which a process dies or a policy changes: each one in a deep run. */
export const WRITE_STEP = IS_DEEP ? 1 : 4;
