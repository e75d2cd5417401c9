import type { AlertCase, Series } from './alert-case.ts';

/** Requests of one app in 15 s, by status. */
function requests(perScrape: Readonly<Record<string, number>>): Series {
  return Object.fromEntries(
    Object.entries(perScrape).map(([status, count]) => [
      `http_requests_total{job="pods",app="demo-app",pod="a",status="${status}"}`,
      `0+${count}x60`,
    ]),
  );
}

/** Requests of one app in 15 s that took at most this many seconds. */
function durations(perScrape: Readonly<Record<string, number>>): Series {
  return Object.fromEntries(
    Object.entries(perScrape).map(([le, count]) => [
      `http_request_duration_seconds_bucket{job="pods",app="demo-app",pod="a",le="${le}"}`,
      `0+${count}x60`,
    ]),
  );
}

const labels = { app: 'demo-app' };

export const APPLICATION_ALERTS: readonly AlertCase[] = [
  {
    alert: 'AppErrors',
    fires: {
      series: requests({ '200': 90, '500': 5, '503': 5 }),
      at: '5m',
      labels,
      summary: 'demo-app answers 10% of its requests with an error.',
    },
    quiet: [
      { why: 'one in twenty', series: requests({ '200': 95, '500': 5 }), at: '5m' },
      { why: 'the callers are at fault', series: requests({ '200': 50, '404': 50, '500': 0 }), at: '5m' },
      { why: 'nobody calls', series: requests({ '200': 0, '500': 0 }), at: '5m' },
    ],
  },
  {
    alert: 'AppSlow',
    fires: {
      series: durations({ '2': 90, '3': 100, '+Inf': 100 }),
      at: '5m',
      labels,
      summary: 'One in twenty requests of demo-app takes more than 2.5 s.',
    },
    quiet: [
      { why: 'within two seconds', series: durations({ '2': 96, '3': 100, '+Inf': 100 }), at: '5m' },
      { why: 'nobody calls', series: durations({ '2': 0, '3': 0, '+Inf': 0 }), at: '5m' },
    ],
  },
  {
    alert: 'AppQueueLong',
    fires: {
      series: {
        'app_queue_depth{job="pods",app="demo-app",pod="a"}': '600+0x60',
        'app_queue_depth{job="pods",app="demo-app",pod="b"}': '601+0x60',
      },
      at: '2m15s',
      labels,
      summary: '1201 items wait in the queue of demo-app.',
    },
    quiet: [
      {
        why: 'worked off within a minute',
        series: { 'app_queue_depth{job="pods",app="demo-app",pod="a"}': '2000+0x4 0+0x60' },
        at: '2m15s',
      },
    ],
  },
];
