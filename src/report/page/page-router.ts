import { fileURLToPath } from 'node:url';
import express, { type Router } from 'express';
import { z } from 'zod';
import { PageFeed } from './page-feed.ts';
import type { PageState } from './page-state.ts';

const ASSETS = fileURLToPath(new URL('./assets/', import.meta.url));
const UPLOT = fileURLToPath(new URL('.', import.meta.resolve('uplot/dist/uPlot.esm.js')));

/** What a page can do beyond showing; only the demo has any of it. */
export interface PageControls {
  /** What the page draws them from: the present settings. */
  describe(): ControlsView;
  /** Carries out a control; returns a sentence on what was done, or why it could not be. */
  apply(command: ControlCommand): { readonly done: boolean; readonly text: string };
}

export interface ControlsView {
  readonly speed: number;
  readonly paused: boolean;
  readonly loadFactor: number;
  readonly worldMs: number;
  readonly costUsd: number;
  /** Lines that a person can paste into a shell to edit and commit the policy. */
  readonly howToEdit: readonly string[];
  readonly faults: readonly { readonly name: string; readonly label: string }[];
}

const commandSchema = z.discriminatedUnion('command', [
  z.strictObject({ command: z.literal('speed'), value: z.number().min(1).max(3_600) }),
  z.strictObject({ command: z.literal('pause'), value: z.boolean() }),
  z.strictObject({ command: z.literal('load'), value: z.number().min(0).max(5) }),
  z.strictObject({ command: z.literal('fault'), value: z.string().max(64) }),
]);

export type ControlCommand = z.output<typeof commandSchema>;

export interface PageServing {
  readonly router: Router;
  close(): void;
}

/** The status page: `/` and its assets, `/api/state` once, `/api/events` as a stream, `/api/controls` where there are any. */
export function pageRouter(state: PageState, controls?: PageControls): PageServing {
  const router = express.Router();
  const present = () => ({ ...state.view(), controls: controls?.describe() ?? null });
  const feed = new PageFeed(state, present);
  router.get('/api/state', (_request, response) => {
    response.set('cache-control', 'no-store').json({ ...present(), history: state.history() });
  });
  router.get('/api/events', (request, response) => {
    feed.open(request, response);
  });
  if (controls !== undefined)
    router.post('/api/controls', express.json({ limit: '1kb' }), controlRoute(controls));
  router.use('/assets/uplot', express.static(UPLOT, { maxAge: '1h' }));
  router.use('/assets', express.static(ASSETS, { maxAge: 0 }));
  router.get('/', (_request, response) => response.sendFile('index.html', { root: ASSETS }));
  return {
    router,
    close: () => feed.close(),
  };
}

function controlRoute(controls: PageControls): express.RequestHandler {
  return (request, response) => {
    const command = commandSchema.safeParse(request.body);
    if (!command.success) {
      response.status(400).json({ done: false, text: z.prettifyError(command.error) });
      return;
    }
    const answer = controls.apply(command.data);
    response.status(answer.done ? 200 : 409).json(answer);
  };
}
