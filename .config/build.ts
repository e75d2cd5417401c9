import { cpSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { bundle, packagesIn } from './bundle.ts';

/*
 * Writes dist/, all that the images need besides Node: the commands with the code of their packages, what the status page serves,
 * and the licences of the packages. The images start `node dist/cli.js`.
 */
const worker = the('src/**/simulation-worker.ts');
const assets = the('src/**/page/assets');

rmSync('dist', { recursive: true, force: true });
const contents = await bundle({
  entryPoints: { cli: 'src/cli.ts', 'simulation-worker': worker },
  outdir: 'dist',
});
// Threads are started by the place of their source.
const thread = join('dist', relative('src', worker).replace(/\.ts$/, '.js'));
mkdirSync(dirname(thread), { recursive: true });
writeFileSync(thread, `import '${relative(dirname(thread), 'dist/simulation-worker.js')}';\n`);
cpSync(assets, join('dist', relative('src', assets)), { recursive: true });
for (const file of ['package.json', 'LICENSE', 'dist/uPlot.esm.js', 'dist/uPlot.min.css']) {
  cpSync(join('node_modules/uplot', file), join('dist/node_modules/uplot', file));
}
writeFileSync('dist/package.json', '{ "type": "module" }\n');
writeFileSync(
  'dist/THIRD-PARTY-LICENSES.txt',
  [...packagesIn(contents), 'node_modules/uplot'].sort().map(licenceOf).join('\n'),
);

/** The one path that a pattern finds. */
function the(pattern: string): string {
  const [found, ...others] = globSync(pattern);
  if (found === undefined || others.length > 0)
    throw new Error(`${pattern} names ${others.length + 1} paths`);
  return found;
}

/** A package's name, version, licence, and the text of its licence where it ships one. */
function licenceOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly name: string;
    readonly version: string;
    readonly license?: string;
  };
  const texts = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|notice|copying)/i.test(file))
    .map((file) => readFileSync(join(folder, file), 'utf8').trim());
  return [`${name} ${version} (${license ?? 'see below'})`, ...texts, ''].join('\n\n');
}
