import { describe, expect, it } from '@jest/globals';
import {
  FAULT_CLASSES,
  faultClassOf,
  faultClassOfError,
  faultMessage,
  nextStep,
  portErrorOf,
} from '../../../src/adapters/ec2/fault-classes.ts';
import type { CloudFaultClass } from '../../../src/model/outcome.ts';
import { PortError } from '../../../src/ports.ts';

/** The table of EC2's codes as the project's facts state it. */
const EXPECTED: readonly (readonly [CloudFaultClass, string])[] = [
  ['capacity', 'InsufficientInstanceCapacity'],
  ['capacity', 'UnfulfillableCapacity'],
  ['capacity', 'MaxFleetCountExceeded'],
  ['capacity', 'Unsupported'],
  ['capacity', 'InsufficientFreeAddressesInSubnet'],
  ['capacity', 'ReservationCapacityExceeded'],
  ['spot-only', 'SpotMaxPriceTooLow'],
  ['spot-only', 'MaxSpotInstanceCountExceeded'],
  ['quota', 'VcpuLimitExceeded'],
  ['quota', 'InstanceLimitExceeded'],
  ['transient', 'RequestLimitExceeded'],
  ['transient', 'Throttling'],
  ['transient', 'ServiceUnavailable'],
  ['transient', 'InternalError'],
  ['transient', 'Unavailable'],
  ['authorization', 'UnauthorizedOperation'],
  ['authorization', 'AuthFailure.ServiceLinkedRoleCreationNotPermitted'],
  ['authorization', 'OptInRequired'],
  ['configuration', 'InvalidParameterValue'],
  ['configuration', 'InvalidAMIID.NotFound'],
  ['configuration', 'InvalidLaunchTemplateId.VersionNotFound'],
  ['configuration', 'InvalidLaunchTemplateName.NotFoundException'],
  ['configuration', 'InvalidUserData.Malformed'],
  ['configuration', 'InvalidSubnetID.NotFound'],
  ['configuration', 'OperationNotPermitted'],
  ['token-mismatch', 'IdempotentParameterMismatch'],
];

const ec2Error = (name: string, httpStatusCode?: number): Error =>
  Object.assign(new Error('said EC2'), { name, $metadata: { httpStatusCode } });

describe("EC2's error codes", () => {
  it.each(EXPECTED)('are %s for %s', (faultClass, code) => {
    expect(faultClassOf(code, 500)).toBe(faultClass);
  });

  it('stand in one class each', () => {
    const codes = Object.values(FAULT_CLASSES).flat();
    expect(new Set(codes).size).toBe(codes.length);
  });

  it.each([
    [401, 'authorization'],
    [403, 'authorization'],
    [400, 'configuration'],
    [404, 'configuration'],
    [500, 'transient'],
    [503, 'transient'],
    [undefined, 'transient'],
  ] as const)('outside the table are judged by the status %s as %s', (status, faultClass) => {
    expect(faultClassOf('SomethingNew', status)).toBe(faultClass);
  });
});

describe('errors at the edge of EC2', () => {
  it.each([
    ['VcpuLimitExceeded', 'transient', /quota/],
    ['UnauthorizedOperation', 'authorization', /IAM policy/],
    ['InvalidAMIID.NotFound', 'configuration', /AMI that exists/],
    ['InvalidLaunchTemplateId.NotFound', 'configuration', /SMARTSCALE_LAUNCH_TEMPLATE/],
    ['InvalidParameterValue', 'configuration', /docs\/aws\.md/],
    ['IdempotentParameterMismatch', 'configuration', /said EC2$/],
  ] as const)('turn %s into retry class %s with the next step', (name, retry, message) => {
    const cause = ec2Error(name, 400);
    const error = portErrorOf('listing', cause);
    expect(error).toMatchObject({ name: 'PortError', retry, code: name, cause });
    expect(error.message).toMatch(message);
  });

  it("keep the system's code of a broken connection", () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    expect(portErrorOf('listing', refused)).toMatchObject({ retry: 'transient', code: 'ECONNREFUSED' });
  });

  it('pass a port error on as it is', () => {
    const own = new PortError('no subnet', { retry: 'configuration', code: 'NoSubnet' });
    expect(portErrorOf('listing', own)).toBe(own);
    expect(faultClassOfError(own)).toBe('configuration');
    expect(faultMessage('listing', own)).toBe('no subnet');
  });

  it('survive what is not an error at all', () => {
    expect(portErrorOf('listing', 'odd')).toMatchObject({ retry: 'transient', code: 'Unknown' });
  });

  it('need no advice where the next round helps', () => {
    expect(nextStep('Throttling', 'transient')).toBe('');
  });
});
