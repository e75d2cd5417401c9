import { PortError } from '../../ports.ts';

/** What a code means and the next step. Codes that are not here are judged by their status. */
const KNOWN: Readonly<Record<string, { readonly retry: PortError['retry']; readonly nextStep: string }>> = {
  ResourceNotFoundException: {
    retry: 'configuration',
    nextStep: 'there is no such table in this region: make it with bootstrap/, or name another with --table',
  },
  ValidationException: {
    retry: 'configuration',
    nextStep: 'the table needs the string keys pk (partition) and sk (sort): see docs/aws.md',
  },
  AccessDeniedException: {
    retry: 'authorization',
    nextStep: 'give the role the rights on the table that docs/aws.md lists',
  },
  UnrecognizedClientException: { retry: 'authorization', nextStep: 'check the credentials' },
  ExpiredTokenException: { retry: 'authorization', nextStep: 'check the credentials' },
  CredentialsProviderError: { retry: 'authorization', nextStep: 'check the credentials' },
  ProvisionedThroughputExceededException: { retry: 'transient', nextStep: '' },
  RequestLimitExceeded: { retry: 'transient', nextStep: '' },
  ThrottlingException: { retry: 'transient', nextStep: '' },
};

/** Of a conditional write that found something else: no fault, its caller says what it means. */
export const CONDITION_FAILED = 'ConditionalCheckFailedException';

/** A thrown error as the port's own; its message names the table, and what a person can do where one must. */
export function dynamoError(action: string, table: string, error: unknown): PortError {
  if (error instanceof PortError) return error;
  const { name: code, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  const { retry, nextStep } = KNOWN[code] ?? { retry: retryOfStatus(error), nextStep: '' };
  const end = nextStep === '' ? '' : `; ${nextStep}`;
  return new PortError(`${action} in table ${table}: ${code}: ${message}${end}`, {
    retry,
    code,
    cause: error,
  });
}

/** Without a status it was the network or a deadline. */
function retryOfStatus(error: unknown): PortError['retry'] {
  const { $metadata } = error as { readonly $metadata?: { readonly httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode ?? 0;
  if (status === 401 || status === 403) return 'authorization';
  return status >= 400 && status < 500 ? 'configuration' : 'transient';
}
