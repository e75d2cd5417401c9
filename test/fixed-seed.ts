import { configureGlobal } from 'fast-check';

/*
 * Every run tries the same cases, so that a change is judged by what it changed. Looking for new ones is a run of its own:
 * SMARTSCALE_TEST_SEED=$RANDOM npm test
 */
const DEFAULT_SEED = 20_261_124;

configureGlobal({ seed: Number(process.env['SMARTSCALE_TEST_SEED'] ?? DEFAULT_SEED) });
