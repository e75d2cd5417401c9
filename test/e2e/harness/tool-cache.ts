import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The tool sets of this tier: each folder under tools/ pins one of them. */
export type ToolSet = GoToolSet | 'moto';

/** Those that Go builds. */
export type GoToolSet =
  | 'control-plane'
  | 'kwok'
  | 'kubectl'
  | 'source-controller'
  | 'kustomize-controller'
  | 'flux-crds'
  | MonitoringToolSet;

/** What the monitoring layer ships, in the versions that it pins. */
export type MonitoringToolSet = 'prometheus' | 'kube-state-metrics' | 'node-exporter';

const PINNED_BY: Readonly<Record<ToolSet, readonly string[]>> = {
  'control-plane': ['go.mod', 'go.sum'],
  kwok: ['go.mod', 'go.sum'],
  kubectl: ['go.mod', 'go.sum'],
  'source-controller': ['go.mod', 'go.sum'],
  'kustomize-controller': ['go.mod', 'go.sum'],
  'flux-crds': ['go.mod', 'go.sum'],
  prometheus: ['go.mod', 'go.sum'],
  'kube-state-metrics': ['go.mod', 'go.sum'],
  'node-exporter': ['go.mod', 'go.sum'],
  moto: ['requirements.txt'],
};

/** Where built tools are kept, outside Git; `SMARTSCALE_E2E_CACHE` moves it. */
export function cacheRoot(): string {
  return process.env['SMARTSCALE_E2E_CACHE'] ?? join(homedir(), '.cache', 'smartscale-e2e');
}

/** The folder in Git that pins a tool set. */
export function toolSource(set: ToolSet): string {
  return join(import.meta.dirname, '..', 'tools', set);
}

/** The cache folder of a tool set: its name carries the hash of what pins it, so a new pin never meets an old build. */
export function toolFolder(set: ToolSet): string {
  const hash = createHash('sha256');
  for (const file of PINNED_BY[set]) hash.update(readFileSync(join(toolSource(set), file)));
  return join(cacheRoot(), `${set}-${hash.digest('hex').slice(0, 16)}`);
}

/** A built executable of a Go tool set. */
export function goTool(set: GoToolSet, name: string): string {
  return join(toolFolder(set), name);
}
