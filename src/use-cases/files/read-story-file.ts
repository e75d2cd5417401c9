import { parseStory, StoryError } from '../../simulate/story-file/parse-story.ts';
import type { Story } from '../../simulate/story-file/story-schema.ts';
import { CommandError } from '../command-error.ts';
import { FAULT_NAMES } from '../simulate/fault-names.ts';
import { readTextFile } from './read-text-file.ts';

/**
 * What a story file tells.
 * @throws CommandError when it cannot be read or is no story
 */
export async function readStoryFile(file: string): Promise<Story> {
  const text = await readTextFile(file);
  try {
    return parseStory(text, FAULT_NAMES);
  } catch (error) {
    if (!(error instanceof StoryError)) throw error;
    throw new CommandError(`${file}, ${error.message}: docs/simulation.md says what a story file holds`, {
      cause: error,
    });
  }
}
