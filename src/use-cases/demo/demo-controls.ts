import type { ControlCommand, ControlsView, PageControls } from '../../report/page/page-router.ts';
import type { PageState } from '../../report/page/page-state.ts';
import type { Playback } from '../../simulate/run/playback.ts';
import type { SimulatedWorld } from '../../simulate/world/simulated-world.ts';

const BURST_PODS = 40;
const CAPACITY_MINUTES = 30;
const OUTAGE_MINUTES = 20;

interface Fault {
  readonly name: string;
  readonly label: string;
  /** Does it; returns what was done, or `undefined` when there was nothing to do it to. */
  readonly inject: (world: SimulatedWorld) => string | undefined;
  readonly otherwise: string;
}

/** What can be done to the simulated world from the page. */
const FAULTS: readonly Fault[] = [
  {
    name: 'burst',
    label: `Burst of ${BURST_PODS} pods`,
    inject(world) {
      world.faults.burst(BURST_PODS);
      return `${BURST_PODS} pods arrive at once, for 15 minutes`;
    },
    otherwise: '',
  },
  {
    name: 'interrupt-spot',
    label: 'Interrupt a spot node',
    inject(world) {
      const name = world.faults.interruptSpot();
      return name === undefined ? undefined : `EC2 takes ${name} back in 2 minutes`;
    },
    otherwise: 'no spot node runs that is not interrupted already',
  },
  {
    name: 'zone-empty',
    label: 'Zone b out of capacity',
    inject(world) {
      world.faults.failCapacity({ zone: 'ap-southeast-1b' }, CAPACITY_MINUTES);
      return `EC2 has no machines in ap-southeast-1b for ${CAPACITY_MINUTES} minutes`;
    },
    otherwise: '',
  },
  {
    name: 'spot-empty',
    label: 'No spot capacity',
    inject(world) {
      world.faults.failCapacity({ lifecycle: 'spot' }, CAPACITY_MINUTES);
      return `EC2 has no spot machines for ${CAPACITY_MINUTES} minutes`;
    },
    otherwise: '',
  },
  {
    name: 'kill-node',
    label: 'Kill a node',
    inject(world) {
      const node = world.cluster.view().nodes.find((n) => !n.isControlPlane && n.isReady);
      if (node === undefined) return undefined;
      world.faults.killNode(node.name);
      return `the kubelet of ${node.name} falls silent`;
    },
    otherwise: 'no worker is ready',
  },
  {
    name: 'telemetry-outage',
    label: 'Prometheus outage',
    inject(world) {
      world.faults.telemetryOutage(OUTAGE_MINUTES);
      return `Prometheus does not answer for ${OUTAGE_MINUTES} minutes`;
    },
    otherwise: '',
  },
];

export interface DemoControlsParts {
  readonly world: SimulatedWorld;
  readonly playback: Playback;
  readonly page: PageState;
  readonly howToEdit: readonly string[];
}

/** The page's controls over the demo's world and its speed. */
export class DemoControls implements PageControls {
  readonly #parts: DemoControlsParts;

  constructor(parts: DemoControlsParts) {
    this.#parts = parts;
  }

  describe(): ControlsView {
    const { world, playback: pace, howToEdit } = this.#parts;
    const { loadFactor, costUsd, nowMs } = world.view();
    return {
      speed: pace.speed,
      paused: pace.isPaused,
      loadFactor,
      worldMs: nowMs,
      costUsd,
      howToEdit,
      faults: FAULTS.map(({ name, label }) => ({ name, label })),
    };
  }

  apply(command: ControlCommand): { readonly done: boolean; readonly text: string } {
    const { world, playback: pace, page } = this.#parts;
    switch (command.command) {
      case 'speed':
        pace.setSpeed(command.value);
        return { done: true, text: `${command.value} times real speed` };
      case 'pause':
        if (command.value) pace.pause();
        else pace.resume();
        page.touch();
        return { done: true, text: command.value ? 'paused' : 'going on' };
      case 'load':
        world.faults.setLoadFactor(command.value);
        page.markFault(world.clock.now(), `load × ${command.value}`);
        return { done: true, text: `the load is ${command.value} times the trace` };
      case 'fault':
        return this.#inject(command.value);
    }
  }

  #inject(name: string): { readonly done: boolean; readonly text: string } {
    const { world, page } = this.#parts;
    const fault = FAULTS.find((known) => known.name === name);
    if (fault === undefined) {
      return {
        done: false,
        text: `no fault is called ${name}: there are ${FAULTS.map((f) => f.name).join(', ')}`,
      };
    }
    const text = fault.inject(world);
    if (text === undefined) return { done: false, text: fault.otherwise };
    page.markFault(world.clock.now(), text);
    return { done: true, text };
  }
}
