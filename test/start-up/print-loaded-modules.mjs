import { registerHooks } from 'node:module';

/*
 * Preloaded with --import: when the process ends, its last line on stderr is the JSON list of the modules it has loaded.
 */
const loaded = [];
registerHooks({
  load(url, context, nextLoad) {
    loaded.push(url);
    return nextLoad(url, context);
  },
});
process.on('exit', () => process.stderr.write(`\n${JSON.stringify(loaded)}`));
