import { Option } from 'commander';

/** What every command's `--json` sets. */
export interface JsonFlag {
  readonly json?: true;
}

/** `--json`: the same option for every command, with what it replaces. */
export function jsonOption(instead = 'words'): Option {
  return new Option('--json', `print one JSON document instead of ${instead}`);
}

/** A value as the one line that `--json` prints. */
export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

/** `--json` of a command that runs on and logs: it changes nothing, and scripts need not know. */
export function jsonLogOption(): Option {
  return new Option('--json', 'accepted as everywhere; the log is JSON lines anyway');
}
