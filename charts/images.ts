import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readImagePins } from './image-pins.ts';

/** The project's own, by name. They have a file of their own since machines write it, too. */
export const OWN_IMAGES = readImagePins(readFileSync(join(import.meta.dirname, 'images.yaml'), 'utf8'));

/** Every image of every cluster, pinned here and nowhere else: by digest where it is known, else by tag. */
export const IMAGES = {
  smartscale: OWN_IMAGES.smartscale,
  demoApp: OWN_IMAGES['demo-app'],
  // Digests of the indexes of all platforms.
  grafana:
    'docker.io/grafana/grafana:13.2.3@sha256:b28bae15e219c998fb0e0424ed724930cc61b1f61fb404d47c862f9a23f9e572',
  kubeStateMetrics:
    'registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.19.1@sha256:85108987d044b18a098126732f98602df408888c0f7d456241f5abefb9744bc1',
  nodeExporter:
    'docker.io/prom/node-exporter:v1.12.1@sha256:1b4e4438faca4dd7e001dd445d161a4a2091b0fededa84093b3a8dfeae1f1be0',
  // The long-term release, supported until July 2027.
  prometheus:
    'docker.io/prom/prometheus:v3.13.3@sha256:6976aa8a60fec930796ce5772b8d12da7a318a5daa8d40d69c5c7819a05eeed7',
} as const;
