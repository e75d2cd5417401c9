import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { goTool, toolFolder } from './tool-cache.ts';

const execute = promisify(execFile);

/** The real kubectl with an administrator's kubeconfig. */
export class Kubectl {
  readonly #kubeconfig: string;

  constructor(kubeconfig: string) {
    this.#kubeconfig = kubeconfig;
  }

  /** Standard output; throws with its words when it fails. */
  async run(...args: readonly string[]): Promise<string> {
    return this.runWith({}, ...args);
  }

  /** The same with further variables in its environment. */
  async runWith(env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<string> {
    const options = { env: { ...this.environment, ...env } };
    const { stdout } = await execute(goTool('kubectl', 'kubectl'), args, options);
    return stdout;
  }

  /** What a script needs to run kubectl by its name. */
  get environment(): NodeJS.ProcessEnv {
    const { env } = process;
    return { ...env, KUBECONFIG: this.#kubeconfig, PATH: `${toolFolder('kubectl')}:${env['PATH']}` };
  }
}
