import { type Command, Option } from 'commander';
import { orCannotDo } from './cannot-do.ts';
import { wholeNumber } from './whole-number.ts';
import { addWorldFlags, type WorldFlags } from './world-flags.ts';

interface RunFlags extends WorldFlags {
  readonly port: number;
  readonly leaseName: string;
}

/**
 * `smartscale run`: the autoscaler itself, as the Deployment in the cluster starts it. Options: --kubeconfig, --context,
 * --namespace, --node-fleet or --policy, --prometheus-url, --cluster-name, --ledger, --table, --port,
 * --lease-name; the AWS account from the environment. Logs JSON lines to stdout; exits with 0 after SIGTERM or SIGINT, with 1 when it lost its lease.
 */
export function addRunCommand(program: Command): void {
  const command = program
    .command('run')
    .description('run the autoscaler on a live cluster until it is told to stop');
  addWorldFlags(command)
    .addOption(
      new Option('--port <port>', 'port of the status page, /metrics, /healthz and /readyz; 0 takes any')
        .default(8080)
        .argParser(wholeNumber(0, 65_535)),
    )
    .option('--lease-name <name>', 'Lease, or lock in the table, by which one replica leads', 'smartscale')
    .action(async (flags: RunFlags) => {
      const { startAutoscaler } = await import('./start-autoscaler.ts');
      process.exitCode = await orCannotDo(() => startAutoscaler(flags));
    });
}
