/** Events as EventBridge puts them into a queue, in the shape of AWS' own samples. */
export function anEvent(detailType: string, detail: unknown, parts: Record<string, unknown> = {}): string {
  return JSON.stringify({
    version: '0',
    id: '12345678-1234-1234-1234-123456789012',
    'detail-type': detailType,
    source: 'aws.ec2',
    account: '123456789012',
    time: '2026-11-24T09:59:50Z',
    region: 'ap-southeast-1',
    // A zone where the region should be, as in real samples.
    resources: ['arn:aws:ec2:ap-southeast-1a:instance/i-0000000000000dead'],
    detail,
    ...parts,
  });
}

export const SPOT_WARNING = 'EC2 Spot Instance Interruption Warning';
export const REBALANCE = 'EC2 Instance Rebalance Recommendation';
export const STATE_CHANGE = 'EC2 Instance State-change Notification';
export const HEALTH = 'AWS Health Event';

export function aSpotWarning(instanceId: string, parts: Record<string, unknown> = {}): string {
  return anEvent(SPOT_WARNING, { 'instance-id': instanceId, 'instance-action': 'terminate' }, parts);
}
