import { type Command, InvalidArgumentError, Option } from 'commander';
import type { WorldOptions } from '../process/world-options.ts';
import { CommandError, orCommandError } from '../use-cases/command-error.ts';
import { type JsonFlag, jsonLine, jsonOption } from './output/json-option.ts';
import type { Terminal } from './output/terminal.ts';
import { withProgress } from './output/with-progress.ts';
import { addWorldFlags } from './world-flags.ts';

interface DumpFlags {
  readonly objects?: string;
  readonly at?: number;
  readonly cpuPercent?: number;
  readonly memoryPercent?: number;
}

type PlanFlags = WorldOptions & JsonFlag & DumpFlags;

const DUMP = 'kubectl get nodes,pods,pdb,pvc,pv,sc,csinodes,deploy,rs,sts,ds,jobs,ns -A -o yaml';

/**
 * `smartscale plan`: what `run` would do on a live cluster and account now, or on a dump of a cluster's objects, and why. It changes
 * nothing.
 */
export function addPlanCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('plan')
    .description('say what would be done on a live cluster, or on a dump of one, and why; changes nothing');
  addWorldFlags(command)
    .option(
      '--objects <file>',
      'decide on these Kubernetes objects, without a connection; - reads standard input',
    )
    .addOption(
      new Option('--at <time>', 'when the objects were dumped, as an ISO time (default: now)').argParser(
        isoTime,
      ),
    )
    .addOption(
      new Option(
        '--cpu-percent <n>',
        'mean CPU load of the workers, with --objects (default: unknown)',
      ).argParser(percent),
    )
    .addOption(
      new Option(
        '--memory-percent <n>',
        'mean memory load of the workers, with --objects (default: unknown)',
      ).argParser(percent),
    )
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
A dump: ${DUMP} > dump.yaml
        smartscale plan --objects dump.yaml --policy policy.yaml --cpu-percent 20 --memory-percent 30`,
    )
    .action((flags: PlanFlags) => plan(flags, terminal));
}

async function plan(flags: PlanFlags, terminal: Terminal): Promise<void> {
  if (flags.objects !== undefined) return planDump({ ...flags, objects: flags.objects }, terminal);
  refuseDumpFlags(flags);
  const json = flags.json === true;
  const { planOnce } = await import('../use-cases/plan-once.ts');
  const answer = await withProgress(terminal, { text: 'looking at the cluster and at EC2', json }, () =>
    orCommandError(() => planOnce(flags, process.env)),
  );
  for (const note of answer.notes) terminal.note(note);
  const { invalidPolicyDocument, planDocument, planText } = await import('./plan-words.ts');
  if (answer.kind === 'invalid-policy') {
    if (json) terminal.print(jsonLine(invalidPolicyDocument(answer.notes)));
    terminal.exitWith(1);
    return;
  }
  terminal.print(json ? jsonLine(planDocument(answer.plan)) : planText(answer.plan, terminal.paint));
  terminal.exitWith(answer.isNewestValid ? 0 : 1);
}

async function planDump(
  { objects, policy, at, cpuPercent, memoryPercent, json }: PlanFlags & { readonly objects: string },
  terminal: Terminal,
): Promise<void> {
  const { planObjects } = await import('../use-cases/plan-objects/plan-objects.ts');
  const answer = await planObjects({
    objects,
    atMs: at ?? Date.now(),
    ...(policy !== undefined && { policy }),
    ...(cpuPercent !== undefined && { cpuPercent }),
    ...(memoryPercent !== undefined && { memoryPercent }),
  });
  for (const note of answer.notes) terminal.note(note);
  const { dumpPlanDocument, planText } = await import('./plan-words.ts');
  terminal.print(
    json === true ? jsonLine(dumpPlanDocument(answer.plan)) : planText(answer.plan, terminal.paint),
  );
}

/** Nothing is dialled for a question that cannot be meant. */
function refuseDumpFlags({ at, cpuPercent, memoryPercent }: DumpFlags): void {
  const given = Object.entries({ '--at': at, '--cpu-percent': cpuPercent, '--memory-percent': memoryPercent })
    .filter(([, value]) => value !== undefined)
    .map(([name]) => name);
  const [first] = given;
  if (first !== undefined)
    throw new CommandError(`${first} says something of a dump: give --objects FILE with it, or leave it out`);
}

function isoTime(text: string): number {
  const ms = Date.parse(text);
  if (/^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(ms)) return ms;
  throw new InvalidArgumentError('must be an ISO time; write it like 2026-03-01T12:00:00Z');
}

function percent(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 100) return value;
  throw new InvalidArgumentError('must be a percentage from 0 to 100; write it like 35 or 12.5');
}
