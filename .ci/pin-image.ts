import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isScalar, parseDocument } from 'yaml';
import { readImagePins } from '../charts/image-pins.ts';

/*
 * node .ci/pin-image.ts NAME IMAGE: writes one of the project's own images, with tag and digest, into charts/images.yaml. Comments and
 * the marks of the image automation stay. `npm run synth` brings it into clusters/.
 */
const FILE = join(import.meta.dirname, '..', 'charts', 'images.yaml');

const [name = '', image = ''] = process.argv.slice(2);
try {
  writeFileSync(FILE, pinned(readFileSync(FILE, 'utf8')));
} catch (error) {
  process.stderr.write(`pin-image: ${(error as Error).message}\n`);
  process.exitCode = 2;
}

function pinned(text: string): string {
  const document = parseDocument(text);
  const value = document.getIn(['images', name], true);
  if (!isScalar(value)) {
    throw new Error(
      `charts/images.yaml has no image ${name || '(no name given)'}: name one of ${names(text)}`,
    );
  }
  value.value = image;
  const written = document.toString({ lineWidth: 0 });
  readImagePins(written);
  return written;
}

function names(text: string): string {
  return Object.keys(readImagePins(text)).join(', ');
}
