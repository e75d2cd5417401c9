#!/usr/bin/env node
import { underPinnedNode } from './pinned-node.js';

await underPinnedNode(import.meta.url, () => import('./cli.ts'));
