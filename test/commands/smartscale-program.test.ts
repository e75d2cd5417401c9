import { describe, expect, it } from '@jest/globals';
import { smartscaleProgram } from '../../src/commands/smartscale-program.ts';
import { RecordedTerminal, smartscale } from '../fakes/recorded-terminal.ts';

describe('smartscaleProgram', () => {
  const namesFor = async (name?: string) =>
    (await smartscaleProgram(new RecordedTerminal(), name)).commands.map((command) => command.name());

  it('has the named command alone, and every command where none has that name', async () => {
    const all = await namesFor();
    expect(all).toContain('check');
    expect(await namesFor('chekc')).toEqual(all);
    for (const name of all) expect(await namesFor(name)).toEqual([name]);
  });
});

describe('smartscale --help', () => {
  it('goes to stdout and succeeds', async () => {
    const { stdout, stderr, exitCode } = await smartscale('--help');
    expect(stdout).toMatch(/Usage: smartscale[\s\S]*\n {2}check .*\n[\s\S]*\n {2}completion /);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  });
});
