// SPDX-License-Identifier: Apache-2.0
// What is open and who takes care of it; what waits for a channel; what was said.
import { h } from './dom.js';
import { moment, span } from './format.js';
import { pill, section, table } from './parts.js';

export const title = 'Alerts';
export const topics = ['alerts'];

export const load = ({ get }) => get('alerts', { limit: 150 });

const LEVELS = { info: ['quiet', 'i'], warning: ['warn', '▲'], critical: ['bad', '!'] };
const level = (word) => pill(...LEVELS[word] ?? ['quiet', '?'], word);

function way({ channel, use, due_ms: due, told_ms: told }, now) {
  const verb = use === 'escalation' ? 'escalat' : null;
  if (told !== null) return `${verb ? `${verb}ed to ` : ''}${channel} ${span((now - told) / 1000)} ago`;
  return `${verb ? `${verb}es to ` : ''}${channel} in ${span((due - now) / 1000)}`;
}

function open(list, now, control) {
  return h('ul', { class: 'log', 'aria-label': 'Open alerts, the gravest first' }, list.map((one) =>
    h('li', { class: 'alert open', id: `open-${one.id}` },
      h('span', {}, `for ${span((now - one.since_ms) / 1000)}`), level(one.level), h('b', {}, one.kind), h('span', {}, one.subject),
      one.acknowledged_by ? pill('good', '✓', `acknowledged by ${one.acknowledged_by}`) : pill('warn', '…', 'not acknowledged'),
      control && !one.acknowledged_by && h('button', { type: 'button', 'data-act': 'acknowledge', 'data-id': one.id, 'aria-label': `Acknowledge ${one.kind} ${one.subject}` }, 'Acknowledge'),
      h('span', { class: 'why' }, one.text),
      h('small', { class: 'quiet' }, `${one.id}; told: ${one.ways.map((each) => way(each, now)).join(', ') || 'nobody, there is no channel for it'}`))));
}

const queue = (list, now) => table('Messages that no channel has taken yet',
  [['channel'], ['level'], ['alert'], ['waits for', 'right'], ['tries', 'right'], ['because']],
  list.map((one) => [one.channel, level(one.level), `${one.kind} ${one.subject}${one.resolved ? ' (over)' : ''}`,
    span((now - one.raised_ms) / 1000), String(one.tries), one.note || (one.due_ms > now ? `its time is in ${span((one.due_ms - now) / 1000)}` : 'it is next')]),
  'nothing waits');

function said(one) {
  return h('li', { class: 'alert', id: `alert-${one.time_ms}-${one.kind}-${one.subject}` },
    h('time', { datetime: new Date(one.time_ms).toISOString() }, moment(one.time_ms)),
    one.resolved ? pill('good', '✓', 'over') : level(one.level), h('b', {}, one.kind),
    h('span', {}, one.subject), h('span', { class: 'why' }, one.text));
}

export function view(data, { status }) {
  const { alerts, now_ms: now } = data;
  const unseen = data.open.filter((one) => !one.acknowledged_by).length;
  return [h('h1', {}, 'Alerts'),
    section('open', data.open_total === 0 ? 'Open: none' : `Open: ${data.open_total}`,
      open(data.open, now, status?.control),
      data.open_total > data.open.length && h('p', { class: 'quiet pad' }, `and ${data.open_total - data.open.length} more`),
      status?.control && unseen > 1 && h('p', { class: 'controls pad' }, h('button', { type: 'button', 'data-act': 'acknowledge' }, 'Acknowledge all'))),
    section('queue', data.waiting_total === 0 ? 'Not delivered yet: none' : `Not delivered yet: ${data.waiting_total}`, data.waiting_total > 0 && queue(data.waiting, now)),
    section('said', 'What was said',
      alerts.length === 0 ? h('p', { class: 'notice' }, 'No alert has been raised yet.')
        : h('ul', { class: 'log', 'aria-label': 'Alerts, newest first' }, alerts.map(said)))];
}
