import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ScratchProject } from './scratch-project.ts';

const POLICY = 'clusters/production/policy.yaml';
let original: ScratchProject;
let project: ScratchProject;

beforeAll(() => {
  original = new ScratchProject();
});
beforeEach(() => {
  project = new ScratchProject(original);
});
afterEach(() => project.close());
afterAll(() => original.close());

describe('.ci/pull-request', () => {
  beforeEach(() => {
    project.withoutSynthesis();
    project.git('switch', '--quiet', '--create', 'change');
  });

  it('shows digest and keys of a policy that changes, and that nothing else does', () => {
    project.edit(POLICY, (text) => text.replace('max: 10', 'max: 8'));
    project.commit('At most eight workers');
    const { code, output } = project.script('.ci/pull-request', 'main');
    expect(output).toMatch(
      /### `clusters\/production\/policy\.yaml`: valid\n\nDigest `sha256:\w+` → `sha256:\w+`/,
    );
    expect(output).toContain('| `nodes.max` | `10` | `8` |');
    expect(output).toMatch(/### `clusters\/staging\/policy\.yaml`: valid\n\nDigest `sha256:\w+`, as before/);
    expect(code).toBe(0);
  });

  it('compares with where the branch began, not with what main became since', () => {
    project.edit(POLICY, (text) => text.replace('max: 10', 'max: 8'));
    project.commit('At most eight workers');
    project.git('switch', '--quiet', 'main');
    project.edit(POLICY, (text) => text.replace('max: 10', 'max: 9'));
    project.commit('At most nine workers');
    project.git('switch', '--quiet', 'change');
    expect(project.script('.ci/pull-request', 'main').output).toContain('| `nodes.max` | `10` | `8` |');
  });

  it('fails with the faults of a policy that breaks a rule', () => {
    project.edit(POLICY, (text) => text.replace('max: 10', 'max: 1'));
    project.commit('At most one worker');
    const { code, output } = project.script('.ci/pull-request', 'main');
    expect(output).toMatch(/policy\.yaml`: not valid[\s\S]*\| `nodes\.max` \| `1` \|/);
    expect(code).toBe(1);
  });

  it('says how it is called', () => {
    expect(project.script('.ci/pull-request')).toMatchObject({ output: expect.stringContaining('usage: ') });
  });
});

describe('.ci/pull-request with manifests', () => {
  beforeEach(() => void project.git('switch', '--quiet', '--create', 'change'));

  it('fails when the manifests are not what the charts say', () => {
    project.edit('clusters/production/apps/demo-app.yaml', (text) =>
      text.replace('maxReplicas: 10', 'maxReplicas: 90'),
    );
    project.commit('Edit what is generated');
    const { code, output } = project.script('.ci/pull-request', 'main');
    expect(output).toMatch(
      /not what `charts\/` say:[\s\S]*clusters\/production\/apps\/demo-app\.yaml \(changed\)/,
    );
    expect(code).toBe(1);
  });

  it('names manifests that change with their charts, and clusters that come or go', () => {
    project.edit('charts/images.yaml', (text) => text.replace('demo-app:0.1.0', 'demo-app:0.1.1'));
    project.script('charts/main.ts');
    project.remove('clusters/staging/policy.yaml');
    project.commit('Run a newer demo app');
    const { output } = project.script('.ci/pull-request', 'main');
    expect(output).toMatch(/clusters\/production\/apps\/demo-app\.yaml +\|/);
    expect(output).toContain('### `clusters/staging/policy.yaml`: removed');
  });
});

describe('.ci/pull-request-comment', () => {
  const comment = (existing: string) => {
    project.tool(
      'gh',
      `#!/bin/sh\nfor word; do case "$word" in body=@*) cat "\${word#body=@}" >&2 ;; esac; done\ncase "$*" in *--jq*) ${existing} ;; *) echo "$*" ;; esac\n`,
    );
    project.write('effect.md', '## What this changes\n');
    return project.script('.ci/pull-request-comment', '7', 'effect.md').output;
  };

  beforeEach(() => {
    process.env['GITHUB_REPOSITORY'] = 'owner/name';
  });
  afterEach(() => {
    delete process.env['GITHUB_REPOSITORY'];
  });

  it('writes a comment with its mark the first time', () => {
    const output = comment('true');
    expect(output).toContain('--method POST repos/owner/name/issues/7/comments');
    expect(output).toContain('<!-- smartscale: what a pull request changes -->\n## What this changes');
  });

  it('writes into its own comment from then on', () => {
    expect(comment('printf "41\\n42\\n"')).toContain('--method PATCH repos/owner/name/issues/comments/41');
  });
});
