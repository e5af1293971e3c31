// SPDX-License-Identifier: Apache-2.0
// Chains, their nodes, and the lines of /-/ready.
import { h } from './dom.js';
import { moment } from './format.js';
import { figure, pill, section, table } from './parts.js';

export const title = 'Health';
export const topics = ['chains', 'positions'];

export const load = ({ get }) => get('health');

const ms = (us) => (us === 0 ? '–' : us < 10_000 ? `${(us / 1000).toFixed(1)}\u00a0ms` : `${Math.round(us / 1000)}\u00a0ms`);
const many = (count) => String(count).replace(/\B(?=(\d{3})+$)/g, '\u202f');

function endpoint(one) {
  const troubles = [one.resting_ms > 0 && `rests ${Math.ceil(one.resting_ms / 1000)} s`, one.limited > 0 && `asked to slow down ${one.limited}×`,
    one.held_back > 0 && `${many(one.held_back)} held back`, one.last_error].filter(Boolean);
  const good = one.state === 'live' || one.state === 'ready';
  return [h('span', {}, h('code', {}, one.url), one.following && h('small', {}, ' followed')), pill(good ? 'good' : 'warn', good ? '●' : '▲', one.state), ms(one.latency_us),
    many(one.answers), many(one.errors), many(one.timeouts), many(one.waiting), one.per_day > 0 ? `${many(one.used_today)} of ${many(one.per_day)}` : '–', troubles.join('; ') || '–'];
}

function chain(one) {
  return section(`chain-${one.name}`, `${one.name} `,
    h('dl', { class: 'figures' },
      figure('block', one.head ? many(one.head.number) : '–', one.head && moment(one.head.timestamp * 1000)),
      figure('feed', one.live ? pill('good', '●', 'live') : pill('bad', '✖', 'stale')),
      figure('transactions under way', String(one.in_flight)),
      figure('audits', many(one.audits_agreed), one.audits_differed > 0 ? `${one.audits_differed} differed` : 'none differed')),
    table(`Nodes of ${one.name}`, [['node'], ['state'], ['latency', 'right'], ['answers', 'right'], ['errors', 'right'], ['timeouts', 'right'], ['waiting', 'right'], ['budget today', 'right'], ['trouble']],
      one.endpoints.map(endpoint)));
}

export function view({ ready, checks, total }, { status }) {
  return [h('h1', {}, 'Health ', ready ? pill('good', '●', 'ready') : pill('bad', '✖', 'not ready')),
    (status?.chains ?? []).map(chain),
    section('checks', 'Checks', table('Checks, those that fail first', [['check'], ['state'], ['detail']],
      checks.map((one) => [one.name, one.ok ? pill('good', '✓', 'ok') : pill('bad', '✗', 'fails'), one.detail])),
    total > checks.length && h('p', { class: 'quiet' }, `${checks.length} of ${total} are shown.`))];
}
