// SPDX-License-Identifier: Apache-2.0
// Integers of the daemon as text. BigInt to the last step: what is shown is cut off, never rounded up.
const WAD = 10n ** 18n;
const NO_DEBT = 2n ** 256n - 1n;

const grouped = (digits) => digits.replace(/\B(?=(\d{3})+$)/g, '\u202f');

/// fixed(1234567n, 6, 2) is "1.23".
export function fixed(value, scale, digits) {
  const text = BigInt(value).toString().padStart(scale + 1, '0');
  const whole = grouped(text.slice(0, text.length - scale));
  return digits === 0 ? whole : `${whole}.${text.slice(text.length - scale).slice(0, digits).padEnd(digits, '0')}`;
}

export const health = (wad, digits = 4) => {
  if (wad === null || wad === undefined) return '–';
  const value = BigInt(wad);
  if (value === NO_DEBT) return 'no debt';
  return value > 1000n * WAD ? '> 1000' : fixed(value, 18, digits);
};

/// "1.05" of what would be "1.0500".
export const trimmed = (wad) => health(wad).replace(/0{1,2}$/, '');

/// For drawing alone.
export const drawn = (wad) => Number(BigInt(wad) / 10n ** 9n) / 1e9;

/// Where a health factor matters: [{ name, wad, value }], liquidation first.
export function levelsOf({ warn, trigger, target }) {
  const given = [['liquidation', String(WAD)], ['trigger', trigger], ['warn', warn], ['target', target]];
  return given.filter(([, wad]) => wad).map(([name, wad]) => ({ name, wad, value: drawn(wad) }));
}

const scaleOf = (unit) => BigInt(unit).toString().length - 1;
const symbolOf = (currency) => (currency === 'USD' || currency === undefined ? ['$', ''] : ['', currency === '' ? '' : `\u00a0${currency}`]);

/// A value in the market's base currency; more digits for small ones.
export function money(value, { base_unit: unit, base_currency: currency }, digits) {
  if (value === null || value === undefined) return '–';
  const scale = scaleOf(unit ?? '100000000');
  const small = BigInt(value) < 10n * BigInt(unit ?? '100000000');
  const [before, after] = symbolOf(currency);
  return before + fixed(value, scale, Math.min(scale, digits ?? (small ? 4 : 2))) + after;
}

/// A token's amount: about seven significant digits.
export function amount(value, decimals) {
  const whole = BigInt(value) / 10n ** BigInt(decimals);
  return fixed(value, decimals, Math.min(decimals, Math.max(0, 7 - whole.toString().length)));
}

export const ether = (wei, digits = 5) => `${fixed(wei, 18, digits)}\u00a0ETH`;
export const gwei = (wei) => `${fixed(wei, 9, 1)}\u00a0gwei`;

export const percent = (bps, digits = 1) => {
  if (bps === null || bps === undefined) return '–';
  return `${fixed(BigInt(bps), 2, digits)}\u00a0%`;
};

export const clock = (ms) => new Date(ms).toLocaleTimeString([], { hour12: false });
/// "2024-08-05", where the clock of the reader says so.
export const day = (ms) => new Date(ms).toLocaleDateString('sv');
export const moment = (ms) => (day(Date.now()) === day(ms) ? clock(ms) : `${day(ms)}\u00a0${clock(ms)}`);

export function span(seconds) {
  if (seconds < 60) return `${Math.max(0, Math.floor(seconds))}\u00a0s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}\u00a0min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}\u00a0h ${Math.floor((seconds / 60) % 60)}\u00a0min`;
  if (seconds < 2 * 31_536_000) return `${Math.floor(seconds / 86_400)}\u00a0days`;
  return `${Math.floor(seconds / 31_536_000)}\u00a0years`;
}

export const short = (hex) => (hex && hex.length > 14 ? `${hex.slice(0, 6)}…${hex.slice(-4)}` : hex ?? '–');
export const isZero = (hex) => /^0x0*$/.test(hex ?? '0x');

export const STATES = {
  safe: { word: 'safe', icon: '●', tone: 'good' },
  'no-debt': { word: 'no debt', icon: '○', tone: 'quiet' },
  warned: { word: 'warned', icon: '▲', tone: 'warn' },
  'below-trigger': { word: 'below trigger', icon: '▼', tone: 'bad' },
  rescuing: { word: 'rescuing', icon: '↻', tone: 'act' },
  liquidatable: { word: 'liquidatable', icon: '✖', tone: 'bad' },
};

const PURPOSES = { rescue: 'rescue', approve: 'approval', prepare: 'approval ahead', 'reset-approval': 'approval reset' };
export const purpose = (word) => PURPOSES[word] ?? word;
