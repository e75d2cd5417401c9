import type { CloudFaultClass } from '../../model/outcome.ts';
import { PortError } from '../../ports.ts';

/**
 * EC2's error codes by how they must be treated (docs/aws.md). Sources: the EC2 API's list of error codes, and the codes
 * that Karpenter marks an offering unavailable for.
 */
export const FAULT_CLASSES: Readonly<Record<CloudFaultClass, readonly string[]>> = {
  capacity: [
    'InsufficientInstanceCapacity',
    'InsufficientHostCapacity',
    'InsufficientCapacity',
    'UnfulfillableCapacity',
    'MaxFleetCountExceeded',
    'Unsupported',
    'InsufficientFreeAddressesInSubnet',
    'ReservationCapacityExceeded',
  ],
  'spot-only': ['SpotMaxPriceTooLow', 'MaxSpotInstanceCountExceeded'],
  quota: ['VcpuLimitExceeded', 'InstanceLimitExceeded', 'VolumeLimitExceeded', 'MaxIOPSLimitExceeded'],
  transient: [
    'RequestLimitExceeded',
    'Throttling',
    'ThrottlingException',
    'RequestThrottled',
    'EC2ThrottledException',
    'ServiceUnavailable',
    'InternalError',
    'InternalFailure',
    'Unavailable',
    'RequestTimeout',
    'TimeoutError',
    'AbortError',
    'IncorrectInstanceState',
  ],
  authorization: [
    'UnauthorizedOperation',
    'AuthFailure',
    'AuthFailure.ServiceLinkedRoleCreationNotPermitted',
    'OptInRequired',
    'Blocked',
    'ExpiredToken',
    'ExpiredTokenException',
    'RequestExpired',
    'InvalidClientTokenId',
    'UnrecognizedClientException',
    'AccessDenied',
    'AccessDeniedException',
    'SignatureDoesNotMatch',
    'MissingAuthenticationToken',
    'CredentialsProviderError',
    'PendingVerification',
  ],
  configuration: [
    'InvalidParameterValue',
    'InvalidParameterCombination',
    'InvalidParameter',
    'MissingParameter',
    'InvalidFleetConfig',
    'InvalidFleetConfiguration',
    'InvalidAMIID.NotFound',
    'InvalidAMIID.Unavailable',
    'InvalidAMIID.Malformed',
    'InvalidLaunchTemplateId.NotFound',
    'InvalidLaunchTemplateId.Malformed',
    'InvalidLaunchTemplateId.VersionNotFound',
    'InvalidLaunchTemplateName.NotFoundException',
    'InvalidUserData.Malformed',
    'InvalidSubnetID.NotFound',
    'InvalidGroup.NotFound',
    'InvalidKeyPair.NotFound',
    'InvalidInstanceType',
    'InvalidInstanceID.NotFound',
    'InvalidInstanceID.Malformed',
    'OperationNotPermitted',
    'TagLimitExceeded',
  ],
  'token-mismatch': ['IdempotentParameterMismatch'],
};

const classByCode: ReadonlyMap<string, CloudFaultClass> = new Map(
  (Object.keys(FAULT_CLASSES) as CloudFaultClass[]).flatMap((cls) =>
    FAULT_CLASSES[cls].map((code) => [code, cls] as const),
  ),
);

/** A foreign error's own word: EC2's code, or the system's (`ECONNREFUSED`). */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'Unknown';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return error.name === 'Error' && code !== undefined ? code : error.name;
}

/**
 * How an error must be treated. A code outside the table is judged by the status: 401 and 403 are permissions, other
 * 4xx our own fault, 5xx transient; an error without a status (the network, a timeout) is transient.
 */
export function faultClassOf(code: string, httpStatus: number | undefined): CloudFaultClass {
  const known = classByCode.get(code);
  if (known !== undefined) return known;
  if (httpStatus === 401 || httpStatus === 403) return 'authorization';
  return httpStatus !== undefined && httpStatus >= 400 && httpStatus < 500 ? 'configuration' : 'transient';
}

/** The class of a thrown error. */
export function faultClassOfError(error: unknown): CloudFaultClass {
  if (error instanceof PortError) return error.retry;
  return faultClassOf(codeOf(error), httpStatusOf(error));
}

/** A thrown error as the port's own, for a call that has no typed outcome. */
export function portErrorOf(action: string, error: unknown): PortError {
  if (error instanceof PortError) return error;
  const code = codeOf(error);
  const retry = retryOf(faultClassOfError(error));
  return new PortError(faultMessage(action, error), { retry, code, cause: error });
}

/** What happened and the next step, in one line. */
export function faultMessage(action: string, error: unknown): string {
  if (error instanceof PortError) return error.message;
  const message = error instanceof Error && error.message !== '' ? error.message : String(error);
  return `${action}: ${codeOf(error)}: ${message}${nextStep(codeOf(error), faultClassOfError(error))}`;
}

/** The next step for a person, as the end of a sentence; empty where there is none. */
export function nextStep(code: string, faultClass: CloudFaultClass): string {
  if (code === 'OperationNotPermitted') return '; take the termination protection off the instance';
  if (code.startsWith('InvalidLaunchTemplate'))
    return '; set SMARTSCALE_LAUNCH_TEMPLATE and its version to ones that exist';
  if (code.startsWith('InvalidAMIID')) return '; make a launch template version with an AMI that exists';
  switch (faultClass) {
    case 'quota':
      return '; ask for a higher vCPU quota in Service Quotas, or raise spot.percent';
    case 'authorization':
      return '; check the credentials and the IAM policy in docs/aws.md';
    case 'configuration':
      return '; check the launch template, subnets and instance types against docs/aws.md';
    case 'capacity':
    case 'spot-only':
    case 'transient':
    case 'token-mismatch':
      return '';
  }
}

function retryOf(faultClass: CloudFaultClass): PortError['retry'] {
  switch (faultClass) {
    case 'authorization':
    case 'configuration':
      return faultClass;
    case 'token-mismatch':
      return 'configuration';
    case 'capacity':
    case 'spot-only':
    case 'quota':
    case 'transient':
      return 'transient';
  }
}

function httpStatusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined;
  const metadata = error.$metadata as { readonly httpStatusCode?: number } | undefined;
  return metadata?.httpStatusCode;
}
