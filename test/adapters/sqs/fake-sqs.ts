import type { IncomingMessage, ServerResponse } from 'node:http';
import { LoopbackServer } from '../../fakes/loopback-server.ts';

/** What the fake answers: JSON, an error, or a cut connection. */
export type SqsAnswer =
  | { readonly json: unknown }
  | { readonly code: string; readonly status: number }
  | 'cut';

/** SQS' JSON protocol on the loopback: answers each action from its script, the last answer for ever, and records calls. */
export class FakeSqs extends LoopbackServer {
  readonly calls: { readonly action: string; readonly input: Readonly<Record<string, unknown>> }[] = [];
  readonly #script = new Map<string, SqsAnswer[]>();

  static async start(): Promise<FakeSqs> {
    const fake = new FakeSqs();
    await fake.listen();
    return fake;
  }

  get queueUrl(): string {
    return `${this.url}/123456789012/interruptions`;
  }

  answers(action: string, ...answers: SqsAnswer[]): this {
    this.#script.set(action, answers);
    return this;
  }

  callsOf(action: string) {
    return this.calls.filter((call) => call.action === action).map(({ input }) => input);
  }

  protected override serve(request: IncomingMessage, body: string, response: ServerResponse): void {
    const action = String(request.headers['x-amz-target']).replace('AmazonSQS.', '');
    this.calls.push({ action, input: JSON.parse(body) as Record<string, unknown> });
    const answers = this.#script.get(action) ?? [];
    const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? { json: {} };
    if (answer === 'cut') {
      request.socket.destroy();
      return;
    }
    const isError = 'code' in answer;
    response.writeHead(isError ? answer.status : 200, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(
      JSON.stringify(isError ? { __type: `com.amazonaws.sqs#${answer.code}`, message: 'no' } : answer.json),
    );
  }
}
