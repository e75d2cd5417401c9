import { describe, expect, it } from '@jest/globals';
import { browserAsset } from './browser-asset.ts';

interface Text {
  costText(usdPerHour: number | null, unpriced: number): { readonly value: string; readonly note: string };
}

describe('the cost as the page writes it', () => {
  it.each([
    [0.0472, 0, '$0.0472', ''],
    [0.0472, 1, '≥ $0.0472', '1 worker without a price'],
    [0.0472, 2, '≥ $0.0472', '2 workers without a price'],
    [0, 3, 'unknown', '3 workers without a price'],
    [0, 0, '$0.0000', ''],
    [null, 0, 'unknown', ''],
  ])('for %p USD/h and %i workers without a price is %s', async (usd, unpriced, value, note) => {
    const { costText } = await browserAsset<Text>('text.js');
    expect(costText(usd, unpriced)).toEqual({ value, note });
  });
});
