import { StringDecoder } from 'node:string_decoder';
import { PortError } from '../../../ports.ts';

/** No watch event comes near this; etcd refuses objects beyond 1.5 MiB. */
const LINE_LIMIT_CHARS = 8 * 1024 * 1024;

/** Cuts a stream of bytes into lines, also where a chunk ends within a multi-byte character. */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8');
  readonly #limit: number;
  #pieces: string[] = [];
  #length = 0;

  constructor(limit = LINE_LIMIT_CHARS) {
    this.#limit = limit;
  }

  /** The lines that this chunk completes, empty ones left out; throws `PortError` when a line exceeds the limit. */
  push(chunk: Buffer): readonly string[] {
    const text = this.#decoder.write(chunk);
    const lines: string[] = [];
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      this.#keep(text.slice(start, end));
      const line = this.#take();
      if (line !== '') lines.push(line);
      start = end + 1;
    }
    this.#keep(text.slice(start));
    return lines;
  }

  #keep(piece: string): void {
    if (piece === '') return;
    this.#length += piece.length;
    if (this.#length > this.#limit) {
      throw new PortError(`a line of the watch is longer than ${this.#limit} characters`, {
        retry: 'transient',
        code: 'LINE_TOO_LONG',
      });
    }
    this.#pieces.push(piece);
  }

  #take(): string {
    const line = this.#pieces.length === 1 ? (this.#pieces[0] ?? '') : this.#pieces.join('');
    this.#pieces = [];
    this.#length = 0;
    return line;
  }
}
