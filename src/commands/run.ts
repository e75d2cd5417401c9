import { type Command, Option } from 'commander';
import type { WorldOptions } from '../process/world-options.ts';
import { orCommandError } from '../use-cases/command-error.ts';
import { jsonLogOption } from './output/json-option.ts';
import type { Terminal } from './output/terminal.ts';
import { wholeNumber } from './whole-number.ts';
import { addWorldFlags } from './world-flags.ts';

interface RunFlags extends WorldOptions {
  readonly port: number;
  readonly leaseName: string;
}

/**
 * `smartscale run`: the autoscaler itself, as the Deployment in the cluster starts it. Options: --kubeconfig, --context,
 * --namespace, --node-fleet or --policy, --prometheus-url, --cluster-name, --ledger, --table, --port,
 * --lease-name; the AWS account from the environment. Logs JSON lines to stdout; exits with 0 after SIGTERM or SIGINT, with 1 when it lost its lease.
 */
export function addRunCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('run')
    .description('run the autoscaler on a live cluster until it is stopped');
  addWorldFlags(command)
    .addOption(
      new Option('--port <port>', 'port of the status page, /metrics, /healthz and /readyz; 0 takes any')
        .default(8080)
        .argParser(wholeNumber(0, 65_535)),
    )
    .option('--lease-name <name>', 'Lease, or lock in the table, by which one replica leads', 'smartscale')
    .addOption(jsonLogOption())
    .action(async (flags: RunFlags) => {
      const { startAutoscaler } = await import('../process/start-autoscaler.ts');
      terminal.exitWith(await orCommandError(() => startAutoscaler(flags)));
    });
}
