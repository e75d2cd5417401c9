import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parseDocument, type Scalar } from 'yaml';
import { readImagePins } from '../../charts/image-pins.ts';
import { IMAGES } from '../../charts/images.ts';

const FILE = 'charts/images.yaml';
const TEXT = readFileSync(FILE, 'utf8');

describe("the project's own images", () => {
  it('are the ones that clusters run', () => {
    const pins = readImagePins(TEXT);
    expect([IMAGES.smartscale, IMAGES.demoApp]).toEqual([pins.smartscale, pins['demo-app']]);
  });

  it.each([
    ['ghcr.io/a/b:1.2.3', true],
    [`ghcr.io/a/b:1.2.3@sha256:${'0'.repeat(64)}`, true],
    ['ghcr.io/a/b:latest', false],
    ['ghcr.io/a/b', false],
    ['b:1.2.3', false],
    ['ghcr.io/a/b:1.2.3@sha256:abc', false],
  ])('%s may stand there: %s', (image, allowed) => {
    const read = () => readImagePins(TEXT.replace(/smartscale: \S+/, `smartscale: ${image}`));
    if (allowed) expect(read().smartscale).toBe(image);
    else
      expect(read).toThrow(/images\.yaml: .*must be pinned like host\/path:1\.2\.3.*\n.*images\.smartscale/);
  });

  it('carry the marks by which the image automation finds them', () => {
    const document = parseDocument(TEXT);
    for (const name of ['smartscale', 'demo-app']) {
      const { comment } = document.getIn(['images', name], true) as Scalar;
      expect(JSON.parse(comment ?? '')).toEqual({ $imagepolicy: `flux-system:${name}` });
    }
  });
});
