// SPDX-License-Identifier: Apache-2.0
// What was decided at each block, and why nothing was done.
import { h } from './dom.js';
import { health, moment } from './format.js';
import { gates, pill, plain } from './parts.js';

export const title = 'Decisions';
export const topics = ['decisions'];

export const load = ({ get, parameters }) => get('decisions', { limit: 120, position: parameters.get('position') ?? undefined });

const OUTCOMES = {
  safe: ['good', '●', 'safe again'], refused: ['bad', '✗', 'not acting'], 'dry-run': ['warn', '◇', 'dry run'],
  checking: ['quiet', '…', 'checking'], waiting: ['act', '↻', 'waiting'], acting: ['act', '▸', 'acting'],
};

/// Decisions in a row that say the same of the same position are one line: what counts is when it changed.
function folded(decisions) {
  const out = [];
  const last = new Map();
  for (const one of decisions) {
    const before = last.get(one.position);
    if (before && before.newest.outcome === one.outcome && before.newest.reason === one.reason) {
      before.oldest = one;
      ++before.count;
      continue;
    }
    const entry = { newest: one, oldest: one, count: 1 };
    last.set(one.position, entry);
    out.push(entry);
  }
  return out;
}

function line({ newest, oldest, count }) {
  const [tone, icon, word] = OUTCOMES[newest.outcome] ?? ['quiet', '?', newest.outcome];
  const blocks = count === 1 ? `block ${newest.block.number}` : `blocks ${oldest.block.number} to ${newest.block.number}`;
  return h('li', { id: `decision-${newest.position}-${oldest.time_ms}` }, h('details', {},
    h('summary', {}, h('time', { datetime: new Date(newest.time_ms).toISOString() }, moment(newest.time_ms)),
      h('b', {}, newest.position), pill(tone, icon, word),
      h('span', { class: 'why' }, newest.reason || plain(newest.plan, newest.assets ?? [])), h('span', { class: 'quiet' }, `health ${health(newest.health_factor_next_block)}, ${blocks}`)),
    newest.plan && h('p', {}, plain(newest.plan, newest.assets ?? [])), gates(newest.gates),
    h('p', {}, h('a', { href: `#/position/${encodeURIComponent(newest.position)}` }, `All of ${newest.position}`))));
}

export function view({ decisions }, { parameters }) {
  const name = parameters.get('position');
  return [h('h1', {}, name ? `Decisions about ${name}` : 'Decisions'),
    decisions.length === 0 ? h('p', { class: 'notice' }, 'No decision was needed: every position has been above its trigger. At each block at risk it will be said here what was done, or why not.')
      : h('ul', { class: 'log', 'aria-label': 'Decisions, newest first' }, folded(decisions).map(line))];
}
