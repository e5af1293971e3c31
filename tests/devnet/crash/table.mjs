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

/// What is less than a hundredth, or grew by interest, is left out.
const amounts = (list) => Object.entries(list)
  .filter(([symbol, amount]) => amount * 100n >= 10n ** BigInt(decimalsOf(symbol)))
  .map(([symbol, amount]) => `${fixed(amount, decimalsOf(symbol), 2)} ${symbol}`).join(' + ');

function sent(wallet) {
  if (wallet.sent === 0) return DASH;
  return `${wallet.sent} tx, ${wallet.repays} repay${wallet.repays === 1 ? '' : 's'}: ${amounts(wallet.repaid) || DASH}`;
}

function outcome(wallet) {
  if (wallet.liquidated.length > 0) return `LIQUIDATED, lost ${dollars(wallet.lost)}`;
  if (!wallet.protected) return 'not liquidated';
  return rescued(wallet) ? 'rescued' : 'NOT RESCUED';
}

const gas = (wallet, ethPrice) => (wallet.sent === 0
  ? DASH : `${fixed(wallet.gasWei, 18, 5)} ETH (${dollars((wallet.gasWei * ethPrice) / 10n ** 18n)})`);

/// Hundredths of a bip of a value, as bps with a sign.
function bps(part, whole) {
  if (whole === 0n) return DASH;
  const hundredths = (part * 1_000_000n) / whole;
  return `${hundredths < 0n ? '-' : ''}${fixed(hundredths < 0n ? -hundredths : hundredths, 2, 2)}`;
}

function laidOut(head, rows, numeric) {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  const line = (cells) => cells
    .map((cell, i) => (numeric.includes(i) ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join('  ').trimEnd();
  return [line(head), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
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
    gas(wallet, ethPrice),
    dollars(wallet.wouldCost),
    outcome(wallet),
  ]);
  return laidOut(head, rows, [1, 2, 3, 6]);
}

const WAYS = { allowance: 'allowance', self: 'EIP-7702', module: 'Safe module' };

/// The wallets that sold their own collateral, with the controls: what a rescue, and what a liquidation, cost in bps of the debt that
/// it repaid.
export function guardTable(wallets, ethPrice) {
  const head = ['wallet', 'guard reaches it by', 'HF before', 'lowest', 'after', 'rescues', 'sold', 'repaid', 'gas cost',
    'cost, bps of debt repaid', 'outcome'];
  const rows = wallets.map((wallet) => [
    wallet.name,
    wallet.morpho !== undefined && wallet.protected ? "Morpho's setAuthorization" : WAYS[wallet.access] ?? DASH,
    health(wallet.before),
    health(wallet.lowest),
    health(wallet.after),
    wallet.protected ? String(wallet.repays) : DASH,
    amounts(wallet.liquidated.length > 0 ? wallet.seized : wallet.sold) || DASH,
    amounts(wallet.liquidated.length > 0 ? wallet.covered : wallet.repaid) || DASH,
    gas(wallet, ethPrice),
    wallet.liquidated.length > 0 ? bps(wallet.lost, wallet.taken) : bps(wallet.cost, wallet.repaidValue),
    outcome(wallet),
  ]);
  return laidOut(head, rows, [2, 3, 4, 5, 9]);
}
