// SPDX-License-Identifier: Apache-2.0
// The closing table.
import { RESERVES } from '../deploy/market.mjs';
import { rescued } from './findings.mjs';

const NONE = 2n ** 256n - 1n;
const DASH = '-';

/// A fixed-point integer as text with the given number of places, rounded down.
export function fixed(value, decimals, places) {
  const scaled = value / 10n ** BigInt(decimals - places);
  const text = scaled.toString().padStart(places + 1, '0');
  const whole = text.slice(0, text.length - places).replace(/\B(?=(\d{3})+$)/g, ',');
  return places === 0 ? whole : `${whole}.${text.slice(-places)}`;
}

const health = (value) => (value === NONE ? 'no debt' : fixed(value, 18, 4));
const dollars = (value) => `$${fixed(value, 8, 2)}`;
const decimalsOf = (symbol) => RESERVES.find((entry) => entry.symbol === symbol).decimals;

function sent(wallet) {
  if (wallet.sent === 0) return DASH;
  const amounts = Object.entries(wallet.repaid)
    .map(([symbol, amount]) => `${fixed(amount, decimalsOf(symbol), 2)} ${symbol}`).join(' + ');
  return `${wallet.sent} tx, ${wallet.repays} repay${wallet.repays === 1 ? '' : 's'}: ${amounts || DASH}`;
}

function outcome(wallet) {
  if (wallet.liquidated.length > 0) return `LIQUIDATED, lost ${dollars(wallet.lost)}`;
  if (!wallet.protected) return 'not liquidated';
  return rescued(wallet) ? 'rescued' : 'NOT RESCUED';
}

/// ethPrice in 1e8: what gas cost in dollars is taken at this price.
export function table(wallets, ethPrice) {
  const head = ['wallet', 'HF before', 'lowest', 'after', 'sent', 'gas cost', 'a liquidation would cost', 'outcome'];
  const rows = wallets.map((wallet) => [
    wallet.name,
    health(wallet.before),
    health(wallet.lowest),
    health(wallet.after),
    sent(wallet),
    wallet.sent === 0 ? DASH : `${fixed(wallet.gasWei, 18, 5)} ETH (${dollars((wallet.gasWei * ethPrice) / 10n ** 18n)})`,
    dollars(wallet.wouldCost),
    outcome(wallet),
  ]);
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  const numeric = new Set([1, 2, 3, 6]);
  const line = (cells) => cells
    .map((cell, i) => (numeric.has(i) ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join('  ').trimEnd();
  return [line(head), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}
