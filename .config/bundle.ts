import { readFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';

const SOURCES = resolve('src');

/** Packages that are not ES modules ask for Node's own modules by `require`. */
const WITH_REQUIRE =
  "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);";

/** Every file of the bundle lies in one folder, so each source is told where it would lie without a bundle. */
const ownPlaces: Plugin = {
  name: 'own-places',
  setup(steps) {
    steps.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const place = `./${relative(SOURCES, path).replace(/\.ts$/, '.js')}`;
      const text = await readFile(path, 'utf8');
      return {
        loader: 'ts',
        contents: text.replaceAll('import.meta.url', `new URL('${place}', import.meta.url).href`),
      };
    });
  },
};

/**
 * An AWS client describes every call of its service in one file of arrays: 770 kB for EC2, of which six calls are used. The keys
 * in them are constants by name, for which esbuild keeps an array that nothing reads; marked as free of effects, it goes.
 */
const onlyUsedSchemas: Plugin = {
  name: 'only-used-schemas',
  setup(steps) {
    steps.onLoad({ filter: /@aws-sdk\/client-.*\/schemas_\d+\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const contents = text.replaceAll(
        /^((?:export )?var [\w$]+ = )(\[[^;]*?\]|\d[^;]*?);$/gms,
        '$1/* @__PURE__ */ (() => $2)();',
      );
      return { loader: 'js', contents };
    });
  },
};

/** The modules of the Kubernetes client only define classes, which its package.json does not say. */
const onlyUsedModels: Plugin = {
  name: 'only-used-models',
  setup(steps) {
    steps.onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir }) =>
      /@kubernetes\/client-node\/dist(\/|$)/.test(resolveDir) && path !== './polyfill.js'
        ? { path: resolve(resolveDir, path), sideEffects: false }
        : undefined,
    );
  },
};

/**
 * Puts what the entry points can reach, packages included, into one folder. Names are kept, so that stack traces can be read.
 * Gives what went into each file.
 */
export async function bundle(
  options: Pick<BuildOptions, 'entryPoints' | 'outdir' | 'write'>,
): Promise<Metafile> {
  const { metafile } = await build({
    ...options,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    banner: { js: WITH_REQUIRE },
    // Packages that have both forms are smaller as ES modules: what is not used of them goes.
    mainFields: ['module', 'main'],
    plugins: [ownPlaces, onlyUsedSchemas, onlyUsedModels],
    metafile: true,
    logLevel: 'error',
  });
  return metafile;
}

/** The packages that a bundle holds code of, by their folders. */
export function packagesIn({ inputs }: Metafile): readonly string[] {
  const folders = Object.keys(inputs).flatMap(
    (file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? [],
  );
  return [...new Set(folders)].sort();
}
