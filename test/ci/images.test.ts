import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ScratchProject } from './scratch-project.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const NEWER = `ghcr.io/smartscale-dev/demo-app:0.1.1@${DIGEST}`;
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

describe('.ci/pin-image.ts', () => {
  it('writes one image and leaves comments and marks', () => {
    const before = project.read('charts/images.yaml');
    expect(project.script('.ci/pin-image.ts', 'demo-app', NEWER)).toEqual({ code: 0, output: '' });
    expect(project.read('charts/images.yaml')).toBe(
      before.replace('ghcr.io/smartscale-dev/demo-app:0.1.0', NEWER),
    );
  });

  it.each([
    ['shop', NEWER, 'has no image shop: name one of smartscale, demo-app'],
    ['demo-app', 'ghcr.io/smartscale-dev/demo-app:latest', 'must be pinned like host/path:1.2.3'],
  ])('refuses %s %s and writes nothing', (name, image, sentence) => {
    const before = project.read('charts/images.yaml');
    const { code, output } = project.script('.ci/pin-image.ts', name, image);
    expect([code, output]).toEqual([2, expect.stringContaining(sentence)]);
    expect(project.read('charts/images.yaml')).toBe(before);
  });
});

describe('.ci/propose-images', () => {
  const propose = (open = '') => {
    project.tool('gh', `#!/bin/sh\ncase "$2" in list) printf '%s' '${open}' ;; *) echo "gh $*" ;; esac\n`);
    return project.script('.ci/propose-images', 'image-updates');
  };

  it('brings what a machine pushed into the manifests, and opens a pull request for it', () => {
    project.git('switch', '--quiet', '--create', 'image-updates');
    project.script('.ci/pin-image.ts', 'demo-app', NEWER);
    project.commit('Run newer images');
    const { code, output } = propose();
    expect(output).toContain('gh pr create --base main --head image-updates');
    expect(code).toBe(0);
    expect(project.git('show', 'origin/image-updates:clusters/production/apps/demo-app.yaml')).toContain(
      NEWER,
    );
    expect(project.script('charts/main.ts', '--check').code).toBe(0);
  });

  it('takes images that are pinned but not committed yet, as a release does', () => {
    project.withoutSynthesis();
    project.script('.ci/pin-image.ts', 'demo-app', NEWER);
    expect(propose().code).toBe(0);
    expect(project.git('show', 'origin/image-updates:charts/images.yaml')).toContain(NEWER);
    expect(project.git('show', 'origin/main:charts/images.yaml')).not.toContain(NEWER);
  });

  it('opens no second pull request for the same branch', () => {
    project.withoutSynthesis();
    project.script('.ci/pin-image.ts', 'demo-app', NEWER);
    expect(propose('12').output).not.toContain('gh pr create');
  });

  it('proposes nothing when the images are those of main', () => {
    expect(propose()).toEqual({ code: 0, output: 'the images are those of main: nothing to propose\n' });
  });

  it('refuses a branch that changes more than images', () => {
    project.edit('clusters/production/policy.yaml', (text) => text.replace('max: 10', 'max: 100'));
    project.script('.ci/pin-image.ts', 'demo-app', NEWER);
    project.commit('Run newer images');
    const { code, output } = propose();
    expect([code, output]).toEqual([1, expect.stringContaining('clusters/production/policy.yaml')]);
  });
});

describe('.ci/release-version', () => {
  it('takes the tag of the version of package.json only', () => {
    const { version } = JSON.parse(project.read('package.json')) as { version: string };
    expect(project.script('.ci/release-version', `v${version}`)).toMatchObject({
      code: 0,
      output: expect.stringMatching(new RegExp(`^version=${version}\\ncommitted=\\d+\\n$`)),
    });
    expect(project.script('.ci/release-version', 'v9.9.9')).toMatchObject({
      code: 1,
      output: expect.stringContaining('the tag v9.9.9 is not'),
    });
  });
});
