import { type BrokenPolicy, broken, lines, schedule, sound } from './broken-policy.ts';

/** Policies of sound values that contradict each other, with exactly one fault each. */
export const contradictoryPolicies: readonly BrokenPolicy[] = [
  broken(
    'a maximum below the minimum',
    lines('nodes:', '  min: 5', '  max: 4'),
    [3, 'nodes.max'],
    [/nodes\.max \(4\) must be at least nodes\.min \(5\)/, /raise nodes\.max to at least 5/],
  ),
  broken(
    'a maximum below the default minimum',
    'nodes:\n  max: 1\n',
    [2, 'nodes.max'],
    [/nodes\.min \(2\)/, /lower nodes\.min/],
  ),
  broken(
    'a minimum above the default maximum',
    'nodes:\n  min: 11\n',
    [2, 'nodes.min'],
    [/nodes\.max \(10\)/, /raise nodes\.max/],
  ),
  broken(
    'CPU thresholds turned round',
    lines('utilization:', '  cpu:', '    upPercent: 40', '    downPercent: 60'),
    [4, 'utilization.cpu.downPercent'],
    [/20 points above/, /to at least 80/],
  ),
  broken(
    'memory thresholds too close',
    'utilization:\n  memory: {downPercent: 60}\n',
    [2, 'utilization.memory.downPercent'],
    [/20 points above/, /at least 80/],
  ),
  broken(
    'a warm pool larger than the fleet may ever be',
    lines('nodes: {max: 4}', 'warmPool:', '  size: 5'),
    [3, 'warmPool.size'],
    [/nodes\.max \(4\) must be at least warmPool\.size \(5\)/, /lower warmPool\.size/],
  ),
  broken(
    'urgent below ordinary',
    'utilization:\n  cpu: {urgentPercent: 70}\n',
    [2, 'utilization.cpu.urgentPercent'],
    [/above utilization\.cpu\.upPercent \(70\)/, /above 70/],
  ),
  broken(
    'urgent memory below ordinary',
    'utilization:\n  memory: {urgentPercent: 60}\n',
    [2, 'utilization.memory.urgentPercent'],
    [/upPercent \(75\)/, /above 75/],
  ),
  broken(
    'a window of one sample',
    'utilization:\n  upWindowSeconds: 20\n',
    [2, 'utilization.upWindowSeconds'],
    [/2 times/, /at least 30/],
  ),
  broken(
    'a long window of one sample',
    'utilization:\n  downWindowSeconds: 15\n',
    [2, 'utilization.downWindowSeconds'],
    [/2 times/, /at least 30/],
  ),
  broken(
    'a scrape too slow for its window',
    lines('utilization:', '  upWindowSeconds: 500', '  scrapeIntervalSeconds: 280'),
    [2, 'utilization.upWindowSeconds'],
    [/2 times/, /at least 560/],
  ),
  broken(
    'a batch that waits past its end',
    'pending:\n  batchIdleMs: 2000\n',
    [2, 'pending.batchIdleMs'],
    [/batchMaxMs \(1000\)/, /lower pending\.batchIdleMs/],
  ),
  broken(
    'an urgent step below the step',
    'utilization:\n  step: 3\n',
    [2, 'utilization.step'],
    [/urgentStep \(2\)/, /at least 3/],
  ),
  broken(
    'a grace as long as the drain',
    'shrink:\n  graceLimitSeconds: 300\n',
    [2, 'shrink.graceLimitSeconds'],
    [/drainTimeoutSeconds \(300\)/, /above 300/],
  ),
  broken(
    'a base beyond the maximum',
    'spot:\n  onDemandBase: 20\n',
    [2, 'spot.onDemandBase'],
    [/nodes\.max \(10\)/, /to 10 at most/],
  ),
  broken(
    'zones that need more than the maximum',
    'nodes:\n  minPerZone: 6\n',
    [2, 'nodes.minPerZone'],
    [/times 2 zones/, /12 at least/],
  ),
  broken(
    'a level beyond the maximum',
    schedule({ ...sound, minNodes: '11' }),
    [6, 'schedules.0.minNodes'],
    [/nodes\.max \(10\)/, /raise nodes\.max/],
  ),
  broken(
    'a schedule name twice',
    lines(
      'schedules:',
      '  - {name: a, start: 0 9 * * *, durationMinutes: 9, minNodes: 3}',
      '  - {name: a, start: 0 8 * * *, durationMinutes: 9, minNodes: 3}',
    ),
    [3, 'schedules.1.name'],
    [/schedules\.0\.name already/, /name of its own/],
  ),
  broken(
    'a type twice',
    'instances:\n  types: [t3.small, t3.small]\n',
    [2, 'instances.types.1'],
    [/already/, /delete one/],
  ),
  broken(
    'a zone twice',
    'instances:\n  zones: [us-east-1a, us-east-1a]\n',
    [2, 'instances.zones.1'],
    [/already/, /delete one/],
  ),
  broken(
    'two regions',
    lines('instances:', '  zones:', '    - us-east-1a', '    - us-west-2a'),
    [4, 'instances.zones.1'],
    [/one region/, /us-east-1/],
  ),
  broken(
    'a join deadline between two looks',
    'loop:\n  eventDriven: false\n  intervalSeconds: 300\n',
    [3, 'loop.intervalSeconds'],
    [/must exceed/, /look more often/],
  ),
  broken(
    'a budget of removals with a start and no duration',
    lines('shrink:', '  budgets:', '    - name: day', '      maxNodesPerHour: 0', '      start: "0 9 * * *"'),
    [5, 'shrink.budgets.0.start'],
    [/durationMinutes is missing/, /leave both out/],
  ),
  broken(
    'two budgets of one name',
    lines(
      'shrink:',
      '  budgets:',
      '    - {name: day, maxNodesPerHour: 1}',
      '    - {name: day, maxNodesPerHour: 2}',
    ),
    [4, 'shrink.budgets.1.name'],
    [/stands at shrink\.budgets\.0\.name already/, /name of its own/],
  ),
];
