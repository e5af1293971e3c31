// SPDX-License-Identifier: Apache-2.0
// All positions, the nearest to liquidation first.
import { spark } from './chart.js';
import { h } from './dom.js';
import { health, money, percent, span } from './format.js';
import { fall, figure, gauge, notes, plain, state } from './parts.js';

export const title = 'Positions';
export const topics = ['positions', 'decisions'];

export const load = ({ get, parameters }) => get('positions', { q: parameters.get('q') ?? undefined });

function nearest({ liquidation, seconds_to_liquidation: seconds }) {
  const lines = [...liquidation].sort((a, b) => (a.distance_bps ?? 1e9) - (b.distance_bps ?? 1e9)).slice(0, 2)
    .map((one) => [one.symbol, ` ${one.direction === 'up' ? '≥' : '≤'} `, one]);
  return { lines, interest: seconds === null ? null : `interest alone: ${span(seconds)}` };
}

/// Room is scarce here: only dollars are named.
const bare = ({ base_unit: unit, base_currency: currency }) => ({ base_unit: unit, base_currency: currency === 'USD' ? currency : '' });

function row(position) {
  const { lines, interest } = nearest(position);
  const href = `#/position/${encodeURIComponent(position.name)}`;
  return h('li', { class: `row ${position.state}`, id: `row-${position.name}` },
    h('div', { class: 'who' }, h('a', { href }, position.name),
      h('small', {}, `${position.market} · ${position.chain} · ${position.wallet}`)),
    h('div', { class: 'health' }, h('strong', {}, health(position.health_factor_counted)),
      gauge(position.health_factor_counted, position),
      h('small', {}, `trigger ${health(position.trigger, 2)} → target ${health(position.target, 2)}`)),
    h('div', { class: 'course' }, spark(`spark-${position.name}`, position.trail, position.trigger)),
    h('div', { class: 'marks' }, state(position), notes(position)),
    h('dl', { class: 'far' },
      h('div', {}, h('dt', {}, 'to trigger'), h('dd', {}, fall(position, position.fall_to_trigger_bps))),
      h('div', {}, h('dt', {}, 'to liquidation'), h('dd', {}, fall(position, position.fall_to_liquidation_bps)))),
    h('div', { class: 'at' }, lines.length === 0 ? h('span', { class: 'quiet' }, 'no price liquidates it')
      : lines.map(([symbol, sign, one]) => h('div', {}, h('b', {}, symbol), sign, money(one.price_base, bare(position)),
        h('small', {}, ` ${one.direction === 'up' ? '+' : '−'}${percent(one.distance_bps)}`))),
    interest && h('small', {}, interest)),
    h('div', { class: 'sums' }, h('div', {}, money(position.collateral_base, position, 0), h('small', {}, ' supplied')),
      h('div', {}, money(position.debt_base, position, 0), h('small', {}, ' owed'))),
    (position.plan || position.reason) && position.state !== 'safe' && position.outcome !== 'safe' && h('p', { class: 'next' },
      h('b', {}, position.outcome ?? ''), position.reason ? ` (${position.reason})` : '', position.plan ? `: ${plain(position.plan, position.assets)}` : ''));
}

export function view(data, { status, parameters }) {
  const states = status?.states ?? {};
  const risky = (states['below-trigger'] ?? 0) + (states.rescuing ?? 0) + (states.liquidatable ?? 0);
  const flying = (status?.chains ?? []).reduce((sum, chain) => sum + chain.in_flight, 0);
  const lowest = data.positions.find(({ state: word }) => word !== 'no-debt');
  return [
    h('h1', {}, 'Positions'),
    h('dl', { class: 'figures' },
      figure('lowest health factor', lowest ? health(lowest.health_factor_counted) : '–', lowest?.name),
      figure('below trigger', String(risky), risky === 0 ? 'none' : 'at risk'),
      figure('warned', String(states.warned ?? 0)),
      figure('transactions under way', String(flying)),
      figure('positions', String(status?.positions ?? data.total))),
    h('div', { role: 'search', class: 'find' }, h('label', { for: 'find', class: 'unseen' }, 'Find a position or wallet'),
      h('input', { id: 'find', type: 'search', placeholder: 'Find a position or wallet  ( / )', value: parameters.get('q') ?? '',
        'data-act': 'find', autocomplete: 'off', 'data-keep': true })),
    data.positions.length === 0
      ? h('p', { class: 'notice' }, parameters.get('q') ? 'No position has this in its name.'
        : 'No position has been read yet. If none is configured: ', !parameters.get('q') && h('code', {}, 'plimsoll positions --rpc URL --market aave-v3-core --address 0x…'))
      : h('ul', { class: 'rows', 'aria-label': 'Positions, the riskiest first' }, data.positions.map(row)),
    data.total > data.positions.length && h('p', { class: 'quiet' }, `${data.positions.length} of ${data.total} are shown, the riskiest first.`),
  ];
}
