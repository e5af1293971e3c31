// SPDX-License-Identifier: Apache-2.0
// What several screens show.
import { h, s } from './dom.js';
import { STATES, amount, drawn, health, isZero, levelsOf, money, percent, short } from './format.js';

export const pill = (tone, icon, ...text) => h('span', { class: `pill ${tone}` }, h('span', { 'aria-hidden': 'true' }, icon), ' ', text);

export function state(position) {
  const { word, icon, tone } = STATES[position.state] ?? { word: position.state, icon: '?', tone: 'quiet' };
  return pill(tone, icon, word);
}

/// Everything that keeps a position from being as safe as its state says.
export const notes = (position) => [
  position.mode !== 'live' && pill('warn', '◇', 'dry run'),
  position.paused && pill('bad', '‖', 'paused'),
  position.behind && pill('warn', '…', 'not read at the head'),
  position.blocked_by && position.blocked_by !== 'paused' && pill('bad', '!', `blocked: ${position.blocked_by}`),
  position.urgency !== 'watch' && pill(position.urgency === 'emergency' ? 'bad' : 'warn', '↯', position.urgency),
];

export const section = (id, title, ...content) =>
  h('section', { id, 'aria-labelledby': `${id}-title` }, h('h2', { id: `${id}-title` }, title), content);

/// columns: [title, 'right'?]; rows: arrays of cells. Wide ones scroll by themselves, and by the keyboard.
export function table(caption, columns, rows, empty = 'nothing yet') {
  if (rows.length === 0) return h('p', { class: 'quiet pad' }, empty);
  const side = (i) => (columns[i][1] === 'right' ? 'right' : undefined);
  return h('div', { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': caption },
    h('table', {}, h('caption', { class: 'unseen' }, caption),
      h('thead', {}, h('tr', {}, columns.map(([title], i) => h('th', { scope: 'col', class: side(i) }, title)))),
      h('tbody', {}, rows.map((cells) => h('tr', {}, cells.map((cell, i) =>
        h(i === 0 ? 'th' : 'td', { scope: i === 0 ? 'row' : undefined, class: side(i), 'data-title': columns[i][0] }, cell)))))));
}

export const hash = (text) => (isZero(text) ? '–' : h('code', { title: text }, short(text)));

export const figure = (title, value, more) =>
  h('div', { class: 'figure' }, h('dt', {}, title), h('dd', {}, value, more && h('small', {}, more)));

/// How much of a limit is used: text first, the bar second.
export function used(title, value, most, text) {
  const part = most === null || BigInt(most) === 0n ? 0 : Number((BigInt(value) * 1000n) / BigInt(most)) / 10;
  return h('div', { class: 'used' }, h('span', { class: 'label' }, title), h('span', { class: 'value' }, text),
    h('progress', { max: 100, value: Math.min(part, 100), class: part >= 90 ? 'bad' : part >= 60 ? 'warn' : '', 'aria-label': title }));
}

/// The plan ladder: what would be tried, in this order, with what it costs; then what there is no plan for.
export function ladder(rungs, position, chosen) {
  const plans = rungs.filter(({ text }) => text);
  const none = rungs.filter(({ text }) => !text);
  const bps = ({ cost_base: cost, repaid_base: repaid }) => (BigInt(repaid) === 0n ? '–' : `${(BigInt(cost) * 10_000n + BigInt(repaid) - 1n) / BigInt(repaid)}\u00a0bps`);
  return [
    table('Plans, in the order in which they would be tried',
      [['#'], ['plan'], ['health after', 'right'], ['repays', 'right'], ['costs', 'right'], ['of it', 'right'], ['gas', 'right']],
      plans.map((rung, i) => [`${chosen === i + 1 ? '▸ ' : ''}${i + 1}`,
        h('span', {}, plain(rung.text, position.assets), rung.refused && h('small', { class: 'bad' }, ` ${rung.refused}: ${rung.why}`)),
        health(rung.health_factor_after), money(rung.repaid_base, position), money(rung.cost_base, position), bps(rung), BigInt(rung.gas_base) === 0n ? '–' : money(rung.gas_base, position)]),
      'no plan'),
    none.length > 0 && h('ul', { class: 'refused' }, none.map((rung) => h('li', {}, h('b', {}, rung.refused), ' ', plain(rung.why, position.assets)))),
  ];
}

export const gates = (list) => table('Gates of the decision', [['gate'], ['verdict'], ['measured'], ['required']],
  list.map((gate) => [gate.name, gate.passed ? pill('good', '✓', 'pass') : pill('bad', '✗', 'fails'), gate.measured, gate.required]),
  'no gate was asked');

/// A fall of all collateral, as far as it matters.
export const fall = ({ state: word }, bps) => (word === 'no-debt' ? '–' : bps === null ? 'reached' : `−${percent(bps)}`);

/// What the daemon says of a plan, with the tokens' names and whole units in place of addresses and smallest ones.
export function plain(text, assets) {
  const find = (address) => assets.find(({ asset }) => asset.toLowerCase() === address.toLowerCase());
  return (text ?? '').replace(/(?:(\d+) of )?(0x[0-9a-fA-F]{40})/g, (whole, digits, address) => {
    const asset = find(address);
    if (!asset) return digits ? `${digits} of ${short(address)}` : short(address);
    return digits ? `${amount(digits, asset.decimals)}\u00a0${asset.symbol}` : asset.symbol;
  });
}

/// Where a health factor stands between 1 and the target, which are the ends of what matters.
export function gauge(value, { trigger, warn, target }) {
  const levels = levelsOf({ trigger, warn, target });
  const low = 0.95;
  const top = Math.max(...levels.map((level) => level.value), 1.05) * 1.08;
  const at = (v) => `${(Math.min(Math.max((v - low) / (top - low), 0), 1) * 100).toFixed(2)}%`;
  return s('svg', { class: 'gauge', width: '100%', height: 14, 'aria-hidden': 'true' },
    s('rect', { class: 'track', x: 0, y: 5, width: '100%', height: 4, rx: 2 }),
    s('rect', { class: 'fill', x: 0, y: 5, width: at(drawn(value)), height: 4, rx: 2 }),
    levels.map((level) => s('rect', { class: `tick ${level.name}`, x: at(level.value), y: 1, width: 2, height: 12 })));
}
