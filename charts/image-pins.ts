import { parse } from 'yaml';
import { z } from 'zod';

/** `host/path:version`, with a digest where it is known; no `latest` and no bare name, which would mean another image each day. */
const PINNED = /^[a-z0-9.-]+\.[a-z]+(\/[a-z0-9._-]+)+:v?\d[\w.-]*(@sha256:[0-9a-f]{64})?$/;

const image = z
  .string()
  .regex(
    PINNED,
    'must be pinned like host/path:1.2.3 or host/path:1.2.3@sha256:<64 hex digits>: give it a version',
  );

const PINS = z.strictObject({
  apiVersion: z.literal('smartscale.dev/v1'),
  kind: z.literal('ImagePins'),
  metadata: z.strictObject({ name: z.literal('images') }),
  images: z.strictObject({ smartscale: image, 'demo-app': image }),
});

/** The project's own images by their name. */
export type ImagePins = z.infer<typeof PINS>['images'];

/** Reads the text of charts/images.yaml; throws with every field that is wrong, its rule and its remedy. */
export function readImagePins(text: string): ImagePins {
  const read = PINS.safeParse(parse(text));
  if (read.success) return read.data.images;
  throw new Error(`charts/images.yaml: ${z.prettifyError(read.error)}`);
}
