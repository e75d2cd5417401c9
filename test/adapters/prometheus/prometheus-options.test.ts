import { describe, expect, it } from '@jest/globals';
import { prometheusOptions } from '../../../src/adapters/prometheus/prometheus-options.ts';

const URL = 'http://prometheus.monitoring:9090/';

describe('the options of Prometheus', () => {
  it('need the URL alone', () => {
    expect(prometheusOptions(URL, {})).toEqual({
      baseUrl: 'http://prometheus.monitoring:9090',
      timeoutMs: 1_500,
    });
  });

  it('keep a path, and take credentials and label from the environment', () => {
    const env = {
      SMARTSCALE_PROMETHEUS_USERNAME: 'scaler',
      SMARTSCALE_PROMETHEUS_PASSWORD: 'secret',
      SMARTSCALE_PROMETHEUS_NODE_LABEL: 'kubernetes_node',
    };
    expect(prometheusOptions('https://metrics.example/prom/', env)).toMatchObject({
      baseUrl: 'https://metrics.example/prom',
      basicAuth: { username: 'scaler', password: 'secret' },
      nodeLabel: 'kubernetes_node',
    });
  });

  it.each([
    ['prometheus', {}, /must be one such as/],
    ['ftp://prometheus', {}, /must be one such as/],
    ['http://scaler:hunter2@prometheus', {}, /holds credentials/],
    [URL, { SMARTSCALE_PROMETHEUS_USERNAME: 'scaler' }, /set together/],
    [URL, { SMARTSCALE_PROMETHEUS_NODE_LABEL: 'node name' }, /"node name": give the name of a label/],
  ])('refuse %s with %j', (url, env, message) => {
    expect(() => prometheusOptions(url, env)).toThrow(message);
  });

  it('never show a password', () => {
    expect(() => prometheusOptions('http://scaler:hunter2@prometheus', {})).not.toThrow(/hunter2/);
  });
});
