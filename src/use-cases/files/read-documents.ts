import { parseAllDocuments } from 'yaml';
import { CommandError } from '../command-error.ts';
import { readTextFile } from './read-text-file.ts';

/**
 * What a file of JSON (it begins with `[` or `{`) or YAML says; YAML may hold several documents, empty ones are left out.
 * @throws CommandError when it cannot be read, is neither, or holds nothing
 */
export async function readDocuments(file: string): Promise<readonly unknown[]> {
  const text = (await readTextFile(file)).replace(/^\uFEFF/, '');
  const documents = /^\s*[[{]/.test(text) ? [fromJson(file, text)] : fromYaml(file, text);
  if (documents.length === 0) throw new CommandError(`${file} is empty: write a list into it`);
  return documents;
}

/** Whether a part of a document is an object, so has fields. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fromJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message.replaceAll(/\s*\n\s*/g, ' ') : String(error);
    throw new CommandError(`${file} is no valid JSON: ${message}: correct it there`, { cause: error });
  }
}

function fromYaml(file: string, text: string): readonly unknown[] {
  return parseAllDocuments(text).flatMap((document) => {
    const [fault] = document.errors;
    if (fault !== undefined) {
      const message = fault.message.split('\n')[0]?.replace(/:$/, '');
      throw new CommandError(`${file} is no valid YAML: ${message}: correct it there`, { cause: fault });
    }
    const value: unknown = document.toJS();
    return value === null || value === undefined ? [] : [value];
  });
}
