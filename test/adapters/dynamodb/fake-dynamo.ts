import type { IncomingMessage, ServerResponse } from 'node:http';
import { LoopbackServer } from '../../fakes/loopback-server.ts';

/** One call as DynamoDB gets it: the action and its JSON. */
export interface RecordedCall {
  readonly action: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** What the fake answers: JSON, an error by its type, or a cut connection. */
export type Answer =
  | { readonly body: unknown }
  | { readonly error: string; readonly status?: number }
  | 'cut';

/** DynamoDB's JSON protocol on the loopback: gives its answers in turn, the last one for ever, and records the calls. */
export class FakeDynamo extends LoopbackServer {
  readonly calls: RecordedCall[] = [];
  readonly #answers: Answer[];

  private constructor(answers: Answer[]) {
    super();
    this.#answers = answers;
  }

  static async start(...answers: Answer[]): Promise<FakeDynamo> {
    const fake = new FakeDynamo(answers);
    await fake.listen();
    return fake;
  }

  protected override serve(request: IncomingMessage, body: string, response: ServerResponse): void {
    const action = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    this.calls.push({ action, input: JSON.parse(body) as RecordedCall['input'] });
    const answer = (this.#answers.length > 1 ? this.#answers.shift() : this.#answers[0]) ?? { body: {} };
    if (answer === 'cut') {
      request.socket.destroy();
      return;
    }
    const status = 'error' in answer ? (answer.status ?? 400) : 200;
    const said =
      'error' in answer
        ? { __type: `com.amazonaws.dynamodb.v20120810#${answer.error}`, message: 'said so' }
        : answer.body;
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify(said));
  }
}
