import { describe, expect, it } from '@jest/globals';
import type { PageHistory, PlotPoint } from '../../../../src/report/page/page-view.ts';
import { browserAsset } from './browser-asset.ts';

interface PlotData {
  readonly points: readonly PlotPoint[];
  readonly marks: readonly unknown[];
  load(history: PageHistory): void;
  add(addition: Partial<PageHistory>): boolean;
  within(hours: number): readonly PlotPoint[];
}

async function plotData(): Promise<PlotData> {
  const { PlotData } = await browserAsset<{ PlotData: new () => PlotData }>('plot-data.js');
  return new PlotData();
}

function point(atMs: number): PlotPoint {
  return { atMs, busyCores: null, requestedCores: 0, capacityCores: 0, readyNodes: 0, pendingPods: 0 };
}

const MARK = { atMs: 0, kind: 'launch', text: '' } as const;

describe("the browser's plot data", () => {
  it('keeps as many points and marks as the server, the newest, however long the page is open', async () => {
    const data = await plotData();
    data.load({ points: [point(0)], marks: [MARK], most: { points: 3, marks: 2 } });
    for (let i = 1; i <= 10; i += 1) data.add({ points: [point(i)], marks: [{ ...MARK, atMs: i }] });
    expect(data.points.map(({ atMs }) => atMs)).toEqual([8, 9, 10]);
    expect(data.marks).toMatchObject([{ atMs: 9 }, { atMs: 10 }]);
  });

  it('says whether anything came, so that nothing is drawn for nothing', async () => {
    const data = await plotData();
    data.load({ points: [], marks: [], most: { points: 3, marks: 2 } });
    expect([data.add({}), data.add({ points: [point(1)] })]).toEqual([false, true]);
  });

  it('gives the points of the last hours before the newest', async () => {
    const data = await plotData();
    data.load({
      points: [point(0), point(3_600_000), point(7_200_000)],
      marks: [],
      most: { points: 9, marks: 9 },
    });
    expect(data.within(1).map(({ atMs }) => atMs)).toEqual([3_600_000, 7_200_000]);
  });
});
