/** One instruction of a Dockerfile, its continuation lines joined. */
export interface Instruction {
  readonly name: string;
  readonly rest: string;
}

export interface Stage {
  readonly name: string;
  /** The stage or image that it begins with. */
  readonly from: string;
  readonly instructions: readonly Instruction[];
}

export interface Copy {
  /** Stage that is copied from; `undefined`: the repository. */
  readonly from: string | undefined;
  readonly sources: readonly string[];
  readonly target: string;
}

/** The stages of a Dockerfile by name, and the instructions before the first. */
export function readDockerfile(text: string): {
  readonly head: readonly Instruction[];
  readonly stages: ReadonlyMap<string, Stage>;
} {
  const instructions = text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line): Instruction => {
      const [name = '', ...rest] = line.trim().split(/\s+/);
      return { name, rest: rest.join(' ') };
    });
  const starts = instructions.flatMap(({ name }, index) => (name === 'FROM' ? [index] : []));
  const stages = starts.map((start, index): Stage => {
    const [from = '', , name = ''] = (instructions[start]?.rest ?? '')
      .split(' ')
      .filter((word) => !word.startsWith('--platform='));
    return { name, from, instructions: instructions.slice(start + 1, starts[index + 1]) };
  });
  return {
    head: instructions.slice(0, starts[0]),
    stages: new Map(stages.map((stage) => [stage.name, stage])),
  };
}

/** All that a stage copies. */
export function copiesOf(stage: Stage): readonly Copy[] {
  return stage.instructions
    .filter(({ name }) => name === 'COPY')
    .map(({ rest }) => {
      const words = rest.split(' ');
      const from =
        words[0]?.startsWith('--from=') === true ? words.shift()?.slice('--from='.length) : undefined;
      return { from, sources: words.slice(0, -1), target: words.at(-1) ?? '' };
    });
}

/** The value of an instruction in a stage or in those that it begins with; the last one counts. */
export function settingOf(
  stages: ReadonlyMap<string, Stage>,
  name: string,
  instruction: string,
): string | undefined {
  const stage = stages.get(name);
  if (stage === undefined) return undefined;
  const own = stage.instructions.findLast((candidate) => candidate.name === instruction);
  return own?.rest ?? settingOf(stages, stage.from, instruction);
}
