import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

const FOLDER = '.github/workflows';
const FILES = readdirSync(FOLDER);
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: unknown;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly permissions?: Readonly<Record<string, string>>;
        readonly 'timeout-minutes'?: number;
        readonly steps: readonly Step[];
      }
    >
  >;
}

function read(file: string): Workflow {
  return parse(readFileSync(`${FOLDER}/${file}`, 'utf8')) as Workflow;
}

function steps(file: string): readonly Step[] {
  return Object.values(read(file).jobs).flatMap((job) => job.steps);
}

describe.each(FILES)('the workflow %s', (file) => {
  it('is one that GitHub can read, expressions included', async () => {
    const content = readFileSync(`${FOLDER}/${file}`, 'utf8');
    const parsed = parseWorkflow({ name: file, content }, new NoOperationTraceWriter());
    if (parsed.value !== undefined) await convertWorkflowTemplate(parsed.context, parsed.value);
    expect(parsed.context.errors.getErrors().map((error) => error.message)).toEqual([]);
  });

  it('has no rights but those that a job names, and no job without an end', () => {
    const { permissions, jobs } = read(file);
    expect(permissions).toEqual({});
    for (const [name, job] of Object.entries(jobs)) {
      expect({ name, ...job.permissions }).toMatchObject({
        name,
        contents: expect.stringMatching(/^(read|write)$/),
      });
      expect(job['timeout-minutes']).toBeLessThanOrEqual(30);
    }
  });

  it('pins each action by its major version or its commit', () => {
    const actions = steps(file).flatMap(({ uses }) => (uses === undefined ? [] : [uses]));
    expect(actions.length).toBeGreaterThan(0);
    for (const action of actions) expect(action).toMatch(/^[\w-]+\/[\w./-]+@(v\d+|[0-9a-f]{40})$/);
  });

  it('runs only scripts that are there and can be run', () => {
    for (const run of steps(file).flatMap((step) => step.run ?? [])) {
      for (const [path] of run.matchAll(/(?<![\w/])\.ci\/[\w.-]+/g)) {
        expect(() => accessSync(path, path.endsWith('.ts') ? constants.R_OK : constants.X_OK)).not.toThrow();
      }
      for (const [, name = ''] of run.matchAll(/npm run (?:--silent )?([\w:]+)/g)) {
        expect(Object.keys(scripts)).toContain(name);
      }
    }
  });

  it('lets no text of a stranger into a shell: values come as variables', () => {
    for (const run of steps(file).flatMap((step) => step.run ?? [])) expect(run).not.toContain('${{');
  });
});

describe('the workflow of pull requests', () => {
  it('runs code of a pull request only without a token that may write', () => {
    const { on, jobs } = read('pull-request.yml');
    expect(Object.keys(on)).toEqual(['pull_request']);
    for (const { permissions, steps: own } of Object.values(jobs)) {
      const mayWrite = Object.values(permissions ?? {}).includes('write');
      const [checkout] = own.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
      expect(checkout?.with?.['persist-credentials']).toBe(false);
      expect(checkout?.with?.['ref']).toBe(
        mayWrite ? '${{ github.event.pull_request.base.sha }}' : undefined,
      ); // oxlint-disable-line no-template-curly-in-string
    }
  });
});
