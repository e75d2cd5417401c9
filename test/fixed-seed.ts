import { configureGlobal } from 'fast-check';
import { caseCount } from './test-depth.ts';

/*
 * Every run tries the same cases, so that a change is judged by what it changed. Looking for new ones is a run of its own:
 * SMARTSCALE_TEST_SEED=$RANDOM npm test
 */
const DEFAULT_SEED = 20_261_124;
/** Of a property that names no number of its own. */
const DEFAULT_CASES = 100;

configureGlobal({
  seed: Number(process.env['SMARTSCALE_TEST_SEED'] ?? DEFAULT_SEED),
  numRuns: caseCount(DEFAULT_CASES),
});
