import * as pulumi from '@pulumi/pulumi';
import type { Settings } from '../settings.ts';

export const SETTINGS: Settings = {
  region: 'eu-central-1',
  clusterName: 'production',
  amiId: 'ami-0123456789abcdef0',
  k3s: { version: 'v1.34.1+k3s1', sha256: 'a'.repeat(64) },
  controlPlaneType: 't3.medium',
  natPerZone: true,
  alertEmail: undefined,
};

/** One resource as the engine would be asked for it. */
export interface Made {
  readonly type: string;
  readonly name: string;
  // Inputs are foreign JSON here: tests read what they expect.
  readonly inputs: Readonly<Record<string, ReturnType<typeof JSON.parse>>>;
}

/** What a program asks for, without an engine or an account: each resource has an id and an ARN that say which it is. */
export class RecordedStack {
  readonly made: Made[] = [];
  readonly outputs: Readonly<Record<string, unknown>>;

  private constructor(outputs: Readonly<Record<string, unknown>>, made: Made[]) {
    this.outputs = outputs;
    this.made = made;
  }

  static async of(settings: Partial<Settings> = {}): Promise<RecordedStack> {
    const made: Made[] = [];
    await pulumi.runtime.setMocks({
      newResource: ({ type, name, inputs }) => {
        made.push({ type, name, inputs: inputs as Made['inputs'] });
        const state = {
          arn: `arn:${type}:${name}`,
          url: `https://${name}`,
          privateIp: '10.0.1.10',
          ...inputs,
        };
        return { id: `${name}-id`, state };
      },
      call: ({ token }) => {
        const { region } = { ...SETTINGS, ...settings };
        if (token === 'aws:index/getAvailabilityZones:getAvailabilityZones')
          return { names: [`${region}a`, `${region}b`, `${region}c`] };
        if (token === 'aws:index/getCallerIdentity:getCallerIdentity') return { accountId: '123456789012' };
        throw new Error(`the program asks for ${token}, which no test knows`);
      },
    });
    const { makeFleetBase } = await import('../fleet-base.ts');
    const outputs = makeFleetBase({ ...SETTINGS, ...settings });
    await pulumi.runtime.disconnect();
    return new RecordedStack(outputs, made);
  }

  /** The inputs of all resources of a type, such as `aws:sqs/queue:Queue`. */
  all(type: string): readonly Made[] {
    const found = this.made.filter((resource) => resource.type === type);
    if (found.length === 0) throw new Error(`there is no ${type}`);
    return found;
  }

  /** The one resource of a type, or the one of that name among them. */
  one(type: string, name?: string): Made['inputs'] {
    const found = this.all(type).filter((resource) => name === undefined || resource.name === name);
    const [first] = found;
    if (found.length !== 1 || first === undefined)
      throw new Error(
        `${found.length} of ${type} ${name ?? ''}: ${found.map((made) => made.name).join(', ')}`,
      );
    return first.inputs;
  }
}

/** The value of an output once it is known. */
export function valueOf<T>(output: pulumi.Input<T>): Promise<T> {
  return new Promise((resolve) => {
    pulumi.output(output).apply((value) => resolve(value as T));
  });
}
