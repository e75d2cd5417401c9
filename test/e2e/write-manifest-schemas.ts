import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SCHEMA_FILE } from '../charts/manifest-schemas.ts';
import { buildTools } from './harness/build-tools.ts';
import { ControlPlane } from './harness/control-plane.ts';
import { fluxDefinitions } from './harness/flux-definitions.ts';
import { applyObject } from './harness/manifests.ts';
import { openApiSchemas, schemaText } from './harness/openapi-schemas.ts';
import { shippedKinds } from './harness/shipped-kinds.ts';

/*
 * node test/e2e/write-manifest-schemas.ts: writes test/charts/schemas/ from what the end-to-end tier's API server says, for every kind
 * that the charts make. To be run after a chart has brought in a new kind, and after the tier's Kubernetes or Flux was moved.
 */
buildTools();
const folder = mkdtempSync(join(tmpdir(), 'smartscale-schemas-'));
const controlPlane = await ControlPlane.start(folder);
try {
  for (const definition of fluxDefinitions()) await applyObject(controlPlane.admin, definition);
  writeFileSync(SCHEMA_FILE, schemaText(await openApiSchemas(controlPlane.admin, shippedKinds())));
} finally {
  await controlPlane.stop();
  rmSync(folder, { recursive: true, force: true });
}
