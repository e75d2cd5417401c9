import { describe, expect, it } from '@jest/globals';
import { readSettings } from '../settings.ts';

const GOOD = {
  clusterName: 'staging',
  amiId: 'ami-0123456789abcdef0',
  k3sVersion: 'v1.35.2+k3s1',
  k3sSha256: 'b'.repeat(64),
};

function read(values: Readonly<Record<string, string>>) {
  const own = {
    get: (key: string) => values[key],
    getBoolean: (key: string) => (values[key] === undefined ? undefined : values[key] === 'true'),
  };
  return readSettings(own as Parameters<typeof readSettings>[0], { require: () => 'eu-central-1' } as never);
}

describe('readSettings', () => {
  it('needs no more than cluster, image and K3s, and takes the region from the provider', () => {
    expect(read(GOOD)).toEqual({
      region: 'eu-central-1',
      clusterName: 'staging',
      amiId: GOOD.amiId,
      k3s: { version: GOOD.k3sVersion, sha256: GOOD.k3sSha256 },
      controlPlaneType: 't3.medium',
      natPerZone: true,
      alertEmail: undefined,
    });
    expect(read({ ...GOOD, natPerZone: 'false' }).natPerZone).toBe(false);
  });

  it.each([
    ['clusterName', 'Prod', 'smartscale:clusterName is "Prod": give 2 to 31 small letters'],
    ['amiId', 'ami-REPLACE', 'smartscale:amiId is "ami-REPLACE": give the id of an Amazon Linux 2023 image'],
    ['k3sVersion', 'latest', 'smartscale:k3sVersion is "latest": give a release of Kubernetes 1.34 to 1.36'],
    ['k3sSha256', 'REPLACE', 'smartscale:k3sSha256 is "REPLACE": give the checksum'],
    ['alertEmail', 'nobody', 'smartscale:alertEmail is "nobody": give an e-mail address'],
  ])('refuses %s "%s" and says what it wants', (key, value, message) => {
    expect(() => read({ ...GOOD, [key]: value })).toThrow(message);
  });

  it('names everything that is missing at once', () => {
    expect(() => read({})).toThrow(
      /clusterName is not set.*amiId is not set.*k3sVersion is not set.*k3sSha256 is not set/,
    );
  });
});
