// SPDX-License-Identifier: Apache-2.0
// One position: where it stands, at which prices it is in danger, what would be done, what was done.
import { course } from './chart.js';
import { h } from './dom.js';
import { amount, ether, gwei, health, moment, money, percent, purpose, span } from './format.js';
import { fall, figure, gates, gauge, hash, ladder, notes, plain, section, state, table, used } from './parts.js';
import { whatIf } from './whatif.js';

export const title = 'Position';
export const topics = ['positions', 'decisions', 'transactions'];

export async function load({ get, name }) {
  const [position, now, { transactions }, { decisions }] = await Promise.all([get('position', { name }),
    get('whatif', { name }).then((one) => (one.unavailable ? null : one)).catch(() => null), get('transactions', { position: name, limit: 20 }).catch(() => ({ transactions: [] })),
    get('decisions', { position: name, limit: 20 })]);
  return { position, now, transactions, decisions };
}

const distance = (one) => one && [money(one.price_base, one.unit), h('small', {}, ` ${one.direction === 'up' ? '+' : '−'}${percent(one.distance_bps)}`)];

function assets(position, now) {
  const of = (list, asset) => {
    const found = (list ?? []).find((one) => one.asset === asset);
    return found ? distance({ ...found, unit: position }) : '–';
  };
  const flags = (one) => [one.frozen && 'frozen', one.paused && 'paused', !one.active && 'inactive', one.ltv === '0' && one.collateral && 'LTV 0'].filter(Boolean);
  return table('Assets', [['asset'], ['price', 'right'], ['supplied', 'right'], ['owed', 'right'], ['LTV', 'right'], ['threshold', 'right'],
    ['trigger at', 'right'], ['liquidated at', 'right']],
  position.assets.map((one) => [
    h('span', {}, one.symbol, flags(one).length > 0 && h('small', { class: 'bad' }, ` ${flags(one).join(', ')}`)),
    money(one.price_base, position),
    BigInt(one.supplied) === 0n ? '–' : [amount(one.supplied, one.decimals), h('small', {}, ` ${money(one.supplied_base, position, 0)}${one.collateral ? '' : ', no collateral'}`)],
    BigInt(one.debt) === 0n ? '–' : [amount(one.debt, one.decimals), h('small', {}, ` ${money(one.debt_base, position, 0)}`)],
    one.collateral ? percent(one.ltv) : '–', one.collateral ? percent(one.liquidation_threshold) : '–',
    of(now?.to_trigger, one.asset), of(position.liquidation, one.asset)]));
}

function standing(position) {
  const cost = position.liquidation_cost;
  return h('dl', { class: 'figures' },
    figure('collateral falls to trigger', fall(position, position.fall_to_trigger_bps)),
    figure('... to liquidation', fall(position, position.fall_to_liquidation_bps)),
    figure('interest alone liquidates in', position.seconds_to_liquidation === null ? 'over 10 years' : span(position.seconds_to_liquidation)),
    figure('a liquidation would cost', cost ? money(cost.loss_base, position) : '–'),
    figure('supplied', money(position.collateral_base, position, 0)), figure('owed', money(position.debt_base, position, 0)));
}

export function limits(position) {
  const l = position.limits;
  const of = (value, most, text) => (most === null ? `${text(value)}, no limit` : `${text(value)} of ${text(most)}`);
  const dollars = (value) => money(value, position, 0);
  return h('div', { class: 'limits' },
    used('value moved, 24 h', l.value_today_base, l.max_value_per_day_base, of(l.value_today_base, l.max_value_per_day_base, dollars)),
    used('gas, 24 h', l.gas_today_wei, l.max_gas_per_day_wei, of(l.gas_today_wei, l.max_gas_per_day_wei, (wei) => ether(wei, 4))),
    h('p', { class: 'quiet' }, [l.max_value_per_action_base && `${dollars(l.max_value_per_action_base)} per action`,
      l.max_cost_per_action_base && `cost ${dollars(l.max_cost_per_action_base)} per action`, `fee ${gwei(l.max_fee_per_gas_wei)}`,
      `slippage ${percent(l.max_slippage_bps, 2)}`, `cool-down ${span(l.cooldown_seconds)}`,
      l.last_action_ms && `last action ${moment(l.last_action_ms)}`].filter(Boolean).join(' · ')));
}

const history = (position, transactions) => table('Transactions of this position',
  [['time'], ['what'], ['health', 'right'], ['value', 'right'], ['outcome'], ['transaction']],
  transactions.map((one) => [moment(one.began_ms), purpose(one.purpose), `${health(one.health_factor_before, 3)} → ${health(one.health_factor_expected, 3)}`,
    money(one.value_base, position), one.outcome || one.stage, hash(one.hash)]), 'It has not been acted for yet.');

const decisionLog = (decisions, assetsOf) => table('Decisions about this position', [['time'], ['block', 'right'], ['health', 'right'], ['outcome'], ['reason']],
  decisions.slice(0, 12).map((one) => [moment(one.time_ms), String(one.block.number), health(one.health_factor_next_block), one.outcome,
    h('span', {}, one.reason, one.plan && h('small', {}, ` ${plain(one.plan, assetsOf)}`))]), 'Nothing had to be decided since it was last safe.');

function planned(position, now) {
  const { decision } = position;
  const current = decision && decision.outcome !== 'safe' && decision.ladder.length > 0;
  if (current) return [h('p', { class: 'quiet' }, `Weighed at block ${decision.block.number}.`), ladder(decision.ladder, position, decision.rung)];
  if (!now) return h('p', { class: 'quiet pad' }, 'It cannot be planned for now: its market is not of the head.');
  if (now.ladder.length === 0) return h('p', { class: 'quiet pad' }, 'Nothing: the health factor is at the target or above.');
  return [h('p', { class: 'quiet' }, 'Nothing needs to be done above the trigger. If it acted now, to the target:'), ladder(now.ladder, position)];
}

export function view({ position, now, transactions, decisions }) {
  const marks = transactions.filter(({ purpose: word, outcome }) => word === 'rescue' && outcome).map((one) => ({ time: one.ended_ms, text: `${purpose(one.purpose)}: ${one.outcome}` }));
  return [
    h('nav', { class: 'crumbs', 'aria-label': 'Breadcrumb' }, h('a', { href: '#/' }, 'Positions'), ' / ', h('span', { 'aria-current': 'page' }, position.name)),
    h('div', { class: 'head' },
      h('div', {}, h('h1', {}, position.name), h('p', { class: 'quiet' }, `${position.market} on ${position.chain}, wallet ${position.wallet} `, h('code', {}, position.address))),
      h('div', { class: 'big' }, h('strong', {}, health(position.health_factor_counted)), gauge(position.health_factor_counted, position),
        h('small', {}, `health factor · warn ${health(position.warn, 2)} · trigger ${health(position.trigger, 2)} · target ${health(position.target, 2)}`)),
      h('div', { class: 'marks' }, state(position), notes(position))),
    standing(position),
    section('course', 'Health factor', course(`course-${position.name}`, position.trail, position, marks)),
    section('assets', 'Assets', assets(position, now)),
    section('whatif', 'What if', whatIf(position)),
    section('plan', 'What would run now', planned(position, now)),
    position.decision && position.decision.gates.length > 0 && section('why', `Why: ${position.decision.outcome}${position.decision.reason ? ` (${position.decision.reason})` : ''}`, gates(position.decision.gates)),
    section('limits', 'Limits used', limits(position)),
    section('history', 'What was done', history(position, transactions)),
    section('decisions', 'Decisions', decisionLog(decisions, position.assets)),
  ];
}
