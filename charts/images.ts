import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The project's own images carry the version of package.json. */
const OWN_VERSION = (
  JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8')) as { version: string }
).version;

/** Every image of every cluster, pinned here and nowhere else: by digest where it is known, else by tag. */
export const IMAGES = {
  smartscale: `ghcr.io/smartscale-dev/smartscale:${OWN_VERSION}`,
} as const;
