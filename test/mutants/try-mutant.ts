import { mutantNamed } from './mutant.ts';
import { requireLoaded } from './mutate.ts';
import { seedsFrom, trySeeds } from './try-seeds.ts';

/* Run with `--import …/mutate.ts` and MUTANT=name: prints as JSON what became of the mutant. */
const { firstSeed = 1, invariant } = mutantNamed(process.env['MUTANT'] ?? '');
const trial = await trySeeds(seedsFrom(firstSeed), invariant);
requireLoaded();
process.stdout.write(JSON.stringify(trial));
