import type { Instance } from '../../model/instance.ts';
import type { OfferingKey } from '../../model/offering.ts';
import type { CloudFault } from '../../model/outcome.ts';
import { PortError } from '../../ports.ts';

/** What EC2 answers when it refuses a call. */
export const TOKEN_MISMATCH: CloudFault = {
  class: 'token-mismatch',
  code: 'IdempotentParameterMismatch',
  message: 'this client token was used with other parameters',
  offerings: [],
};

/** The caller gave the call up; what it asked for may have happened. */
export function answerNotAwaited(): PortError {
  const message = 'the launch call was given up before EC2 answered';
  return new PortError(message, { retry: 'transient', code: 'TimeoutError' });
}

export function notFound(instanceId: string): CloudFault {
  return {
    class: 'configuration',
    code: 'InvalidInstanceID.NotFound',
    message: `there is no instance ${instanceId}`,
    offerings: [],
  };
}

/** EC2 answers the same about an instance that is still stopping and one that is terminated. */
export function notStopped({ id, state }: Instance): CloudFault {
  return {
    class: 'transient',
    code: 'IncorrectInstanceState',
    message: `${id} is ${state}`,
    offerings: [],
  };
}

export function noCapacity(key: OfferingKey): CloudFault {
  return {
    class: 'capacity',
    code: 'InsufficientInstanceCapacity',
    message: `no capacity for ${key} now`,
    offerings: [key],
  };
}

export function unknownType(key: OfferingKey): CloudFault {
  return {
    class: 'configuration',
    code: 'InvalidParameterValue',
    message: `the simulated region does not sell ${key}`,
    offerings: [key],
  };
}
