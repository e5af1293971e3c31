// SPDX-License-Identifier: Apache-2.0
// The recorded prices and gas of 12 March 2020 as a list of steps, one per five-minute candle.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

const folder = new URL('../../data/prices/', import.meta.url);
const DAY = Date.UTC(2020, 2, 12) / 1000;

function rows(name) {
  const text = gunzipSync(readFileSync(new URL(name, folder))).toString('utf8');
  return text.trim().split('\n').slice(1).map((line) => line.split(','));
}

const at = (clock) => {
  const [hours, minutes] = clock.split(':').map(Number);
  return DAY + hours * 3600 + minutes * 60;
};

/// Steps between two times of that day (hh:mm, UTC). The recording of BTC ends at 21:15.
/// Each step: { time, clock, prices: { WETH, WBTC } as decimal text, gas in wei }.
export function pricePath(from = '00:00', to = '21:15') {
  const bitcoin = new Map(rows('btcusdt_5m_2020-03-12.csv.gz').map(([time, price]) => [Number(time), price]));
  const gas = rows('gas_p60_10m_2020-03-12.csv.gz').map(([time, wei]) => [Number(time), BigInt(wei)]);
  const gasAt = (time) => gas.filter(([start]) => start <= time).at(-1)?.[1] ?? gas[0][1];
  const steps = [];
  for (const [text, price] of rows('ethusdt_5m_2020-03-12.csv.gz')) {
    const time = Number(text);
    if (time < at(from) || time > at(to) || !bitcoin.has(time)) continue;
    const clock = new Date(time * 1000).toISOString().slice(11, 16);
    steps.push({ time, clock, prices: { WETH: price, WBTC: bitcoin.get(time) }, gas: gasAt(time) });
  }
  if (steps.length < 2) throw new Error(`no recorded prices between ${from} and ${to}`);
  return steps;
}
