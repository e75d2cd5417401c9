import { registerHooks } from 'node:module';
import { changed, mutantNamed } from './mutant.ts';

/*
 * `node --import …/mutate.ts …` with MUTANT=name: that mutant's file is loaded with its one piece of text replaced, everything else as
 * it stands. Nothing is written to disk.
 */
const mutant = mutantNamed(process.env['MUTANT'] ?? '');
const target = new URL(`../../${mutant.file}`, import.meta.url).href;
let isLoaded = false;

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (url !== target) return loaded;
    isLoaded = true;
    const { source } = loaded;
    if (typeof source !== 'string' && !(source instanceof Uint8Array))
      throw new Error(`mutant '${mutant.name}': ${mutant.file} was loaded without its text`);
    return { ...loaded, source: changed(mutant, Buffer.from(source).toString()) };
  },
});

/** Throws when the mutant's file was not loaded: then nothing was changed. */
export function requireLoaded(): void {
  if (!isLoaded) throw new Error(`mutant '${mutant.name}': ${mutant.file} was not loaded`);
}
