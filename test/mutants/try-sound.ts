import { trySeeds } from './try-seeds.ts';

/* node test/mutants/try-sound.ts SEED…: prints as JSON whether the controller as it is breaks anything in these worlds. */
process.stdout.write(JSON.stringify(await trySeeds(process.argv.slice(2).map(Number))));
