import * as aws from '@pulumi/aws';
import type { Settings } from './settings.ts';
import { tagsOf } from './tags.ts';

/** Operations and the lock of leaders (docs/aws.md, "State in DynamoDB"). Its stream is the audit of every change. */
export function makeStateTable(settings: Settings): aws.dynamodb.Table {
  const name = `${settings.clusterName}-smartscale`;
  return new aws.dynamodb.Table(
    name,
    {
      name,
      billingMode: 'PAY_PER_REQUEST',
      attributes: [
        { name: 'pk', type: 'S' },
        { name: 'sk', type: 'S' },
      ],
      hashKey: 'pk',
      rangeKey: 'sk',
      ttl: { attributeName: 'expiresAt', enabled: true },
      pointInTimeRecovery: { enabled: true },
      serverSideEncryption: { enabled: true },
      streamEnabled: true,
      streamViewType: 'NEW_AND_OLD_IMAGES',
      deletionProtectionEnabled: true,
      tags: tagsOf(settings, name),
    },
    { protect: true },
  );
}
