// SPDX-License-Identifier: Apache-2.0
// What was done: incidents with the life of each of their transactions.
import { h } from './dom.js';
import { ether, gwei, health, moment, money, percent, purpose, span } from './format.js';
import { hash, pill } from './parts.js';

export const title = 'Transactions';
export const topics = ['transactions'];

export const load = ({ get }) => get('transactions', { limit: 100 });

const WORDS = {
  intent: 'wanted', reserved: 'nonce reserved', signed: 'signed', sent: 'taken by', seen: 'in block', settled: 'settled', abandoned: 'given up',
};

function tone({ stage, outcome, succeeded }) {
  if (stage === 'settled') return succeeded ? pill('good', '✓', outcome) : pill('bad', '✗', outcome);
  if (stage === 'abandoned') return pill('warn', '–', outcome || 'given up');
  return pill('act', '↻', stage);
}

function event(row, first) {
  const more = [row.attempt > 0 && `attempt ${row.attempt + 1}`, row.endpoint, row.block && String(row.block),
    row.max_fee_per_gas && `fee ${gwei(row.max_fee_per_gas)}, tip ${gwei(row.max_priority_fee_per_gas)}`].filter(Boolean);
  return h('li', { class: row.stage }, h('time', { datetime: new Date(row.time_ms).toISOString() }, `+${((row.time_ms - first) / 1000).toFixed(1)}\u00a0s`),
    h('b', {}, WORDS[row.stage] ?? row.stage), ' ', more.join(', '), row.stage === 'signed' && [' ', hash(row.hash)]);
}

function step(one) {
  const first = one.life[0].time_ms;
  return h('details', { class: 'step', id: `step-${one.incident}-${one.step}`, open: !['settled', 'abandoned'].includes(one.stage) },
    h('summary', {}, h('span', { class: 'what' }, purpose(one.purpose), one.strategy && h('small', {}, ` ${one.strategy}`)), tone(one),
      h('span', { class: 'sum' }, BigInt(one.value_base) > 0n ? money(one.value_base, one) : ''),
      h('span', { class: 'sum' }, `nonce ${one.nonce ?? '–'}`), h('span', { class: 'sum' }, `${one.attempts.length} ${one.attempts.length === 1 ? 'attempt' : 'attempts'}`),
      hash(one.hash)),
    h('ol', { class: 'life' }, one.life.map((row) => event(row, first))),
    h('p', { class: 'quiet' }, [`for block ${one.trigger_block}`, one.block ? `in block ${one.block}, ${one.block - one.trigger_block} later` : '',
      BigInt(one.gas_spent_wei) > 0n ? `gas ${ether(one.gas_spent_wei, 6)}` : '', one.cost_bps ? `expected cost ${percent(one.cost_bps, 2)} of the debt repaid` : '',
    ].filter(Boolean).join(' · ')));
}

function incident(steps) {
  const oldest = steps.at(-1);
  const newest = steps[0];
  const open = steps.some(({ stage }) => !['settled', 'abandoned'].includes(stage));
  return h('li', { class: 'incident', id: `incident-${oldest.incident}` },
    h('div', { class: 'head' }, h('h2', {}, h('a', { href: `#/position/${encodeURIComponent(oldest.position)}` }, oldest.position)),
      h('span', { class: 'quiet' }, `${moment(oldest.began_ms)}, ${open ? 'under way' : `took ${span((newest.ended_ms - oldest.began_ms) / 1000)}`}`),
      h('span', {}, `health ${health(oldest.health_factor_before, 3)} → ${health(newest.health_factor_expected, 3)}`)),
    steps.map(step).reverse());
}

export function view({ transactions }) {
  const incidents = group(transactions);
  return [h('h1', {}, 'Incidents and transactions'),
    transactions.length === 0 ? h('p', { class: 'notice' }, 'Nothing has been sent yet. Each rescue will be told here with every attempt, who took it, and the block that holds it.')
      : h('ul', { class: 'incidents', 'aria-label': 'Incidents, newest first' }, [...incidents.values()].map(incident))];
}

function group(list) {
  const out = new Map();
  for (const one of list) out.set(one.incident, [...(out.get(one.incident) ?? []), one]);
  return out;
}
