// SPDX-License-Identifier: Apache-2.0
// The alert rules by Prometheus' own tool: each fires in the case that it is for and in no other, in a day without trouble only
// the watchdog does. Rules and dashboard name only metrics that there are. Every alert, of Prometheus and of plimsoll itself, has its
// place in the guide, which explains no other.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kinds, reasons } from '../docs/alert_kinds.mjs';
import { passed, test } from '../e2e/report.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const RULES = join(root, 'config/prometheus/plimsoll.rules.yml');
const DASHBOARD = join(root, 'config/grafana/plimsoll.json');
const GUIDE = join(root, 'config/operating.md');
const METRICS = join(root, 'config/metrics.md');
/// For those who look closer; nothing is drawn of them.
const BARE = new Set(['process_start_time_seconds', 'plimsoll_config_last_reload_success_timestamp_seconds', 'plimsoll_head_block']);
const alerts = [...readFileSync(RULES, 'utf8').matchAll(/- alert: (\w+)/g)].map(([, name]) => name);

const at = 'chain="ethereum"';
const place = `${at},market="aave-v3-core",position="main"`;
/// Series of half an hour with a value each 15 seconds, when nothing is the matter.
const QUIET = {
  'up{job="plimsoll"}': '1x120',
  'plimsoll_ready': '1x120',
  'plimsoll_mode{mode="live"}': '1x120',
  'plimsoll_mode{mode="dry-run"}': '0x120',
  [`plimsoll_head_age_seconds{${at}}`]: '3 9 6 12 1 4 7 11x113',
  [`plimsoll_position_health_factor{${place},basis="protocol"}`]: '1.52x120',
  [`plimsoll_position_trigger{${place}}`]: '1.25x120',
  [`plimsoll_position_liquidation_distance_ratio{${place}}`]: '0.34x120',
  [`plimsoll_position_debt_usd{${place}}`]: '12500x120',
  [`plimsoll_block_decision_seconds_count{${at}}`]: '0+1x120',
  [`plimsoll_block_decision_seconds_bucket{${at},le="2.5"}`]: '0+1x120',
  plimsoll_loop_late_seconds_count: '0+15x120',
  'plimsoll_loop_late_seconds_bucket{le="0.3"}': '0 14+15x119',
  'plimsoll_audit_total{result="equal"}': '0+1x120',
  'plimsoll_audit_total{result="mismatch"}': '0x120',
  [`plimsoll_tx_pending{${at}}`]: '0x60 1x4 0x56',
  [`plimsoll_tx_outcome_total{${at},outcome="rescued"}`]: '0x60 1x60',
  [`plimsoll_tx_outcome_total{${at},outcome="reverted"}`]: '0x120',
  'plimsoll_refusal_total{reason="lane"}': '0x60 3x60',
  'plimsoll_refusal_total{reason="limit-value-per-day"}': '0x120',
  'plimsoll_refusal_total{reason="native-balance"}': '0x120',
  [`plimsoll_endpoint_news_total{${at},endpoint="one",kind="limited"}`]: '0x30 2x90',
  [`plimsoll_endpoint_news_total{${at},endpoint="one",kind="lied"}`]: '0x120',
  [`plimsoll_endpoint_changes_total{${at}}`]: '0x60 1x60',
  [`plimsoll_endpoint_requests_today{${at},endpoint="one"}`]: '100+5x120',
  [`plimsoll_endpoint_requests_budget{${at},endpoint="one"}`]: '0x120',
  [`plimsoll_price_updated_timestamp_seconds{${at},asset="WETH",feed="0x1"}`]: '0x40 600x80',
  [`plimsoll_price_heartbeat_seconds{${at},asset="WETH",feed="0x1"}`]: '3600x120',
  'plimsoll_alert_channel_up{channel="webhook"}': '1x120',
  'plimsoll_journal_errors_total': '0x120',
  'plimsoll_alert_total{level="warning",channel="log",outcome="sent"}': '0x60 5x60',
  'plimsoll_alert_total{level="warning",channel="webhook",outcome="failed"}': '0x120',
  'plimsoll_alert_channel_test_interval_seconds{channel="phone"}': '600x120',
  'plimsoll_alert_channel_test_interval_seconds{channel="hook"}': '0x120',  // is never tested, and never took anything
  'plimsoll_alert_channel_last_success_timestamp_seconds{channel="phone"}': '0x40 600x40 1200x40',
  'plimsoll_alert_channel_last_success_timestamp_seconds{channel="hook"}': '0x120',
  'plimsoll_config_last_reload_successful': '1x120',
};

const LOW = { [`plimsoll_position_health_factor{${place},basis="protocol"}`]: '1.52x60 1.21x60' };

/// What differs from a quiet day, and besides the watchdog what fires 20 minutes after the beginning; `before`: not yet at this
/// minute.
const CASES = {
  'a day without trouble': [{}, []],
  'the process is gone': [{ 'up{job="plimsoll"}': '1x60 0x60' }, ['PlimsollDown'], { before: '15m30s' }],
  'nobody scrapes it': [{ 'up{job="plimsoll"}': null }, ['PlimsollDown']],
  'a check fails': [{ plimsoll_ready: '1x60 0x60' }, ['PlimsollNotReady'], { before: '16m30s' }],
  'heads stop coming': [{ [`plimsoll_head_age_seconds{${at}}`]: '6x60 12+15x60' }, ['PlimsollHeadStale'], { before: '15m30s' }],
  'below the trigger and nothing sent': [LOW, ['PlimsollBelowTriggerAndNotActing'], { before: '15m15s' }],
  'below the trigger and a rescue on its way': [{ ...LOW, [`plimsoll_tx_pending{${at}}`]: '0x70 1x9 0x40' }, [], { minute: '19m' }],
  'below the trigger in a dry run': [{
    ...LOW, 'plimsoll_mode{mode="live"}': '0x120', 'plimsoll_mode{mode="dry-run"}': '1x120',
  }, ['PlimsollDryRunButBelowTrigger']],
  'near liquidation': [{ [`plimsoll_position_liquidation_distance_ratio{${place}}`]: '0.34x60 0.02x60' }, ['PlimsollNearLiquidation']],
  'no debt': [{
    [`plimsoll_position_liquidation_distance_ratio{${place}}`]: '0x120', [`plimsoll_position_debt_usd{${place}}`]: '0x120',
  }, []],
  'X01 blocks are decided on late': [{
    [`plimsoll_block_decision_seconds_bucket{${at},le="2.5"}`]: '0+1x65 65x55',
  }, ['PlimsollDecisionsLate'], { before: '16m' }],
  'X01 the loop comes late to its work': [{
    'plimsoll_loop_late_seconds_bucket{le="0.3"}': '0 14+15x65 989+14x54',
  }, ['PlimsollDecisionsLate'], { before: '16m' }],
  'an audit differs': [{ 'plimsoll_audit_total{result="mismatch"}': '0x70 1x50' }, ['PlimsollAuditMismatch']],
  'a transaction is not included': [{ [`plimsoll_tx_pending{${at}}`]: '0x60 1x60' }, ['PlimsollTransactionStuck'], { before: '17m30s' }],
  'rescues revert': [{ [`plimsoll_tx_outcome_total{${at},outcome="reverted"}`]: '0x40 1x20 2x10 3x50' }, ['PlimsollRescuesFail']],
  'a limit stops it': [{ 'plimsoll_refusal_total{reason="limit-value-per-day"}': '0x70 1+1x50' }, ['PlimsollLimitReached']],
  'no coin for gas': [{ 'plimsoll_refusal_total{reason="native-balance"}': '0x70 1+1x50' }, ['PlimsollGasWalletLow']],
  'a feed is silent': [{ [`plimsoll_price_heartbeat_seconds{${at},asset="WETH",feed="0x1"}`]: '200x120' }, ['PlimsollPriceOld'], { before: '18m45s' }],
  'a feed of an unknown heartbeat is silent': [{ [`plimsoll_price_heartbeat_seconds{${at},asset="WETH",feed="0x1"}`]: '0x120' }, []],
  'a node has had nearly all of its day': [{
    [`plimsoll_endpoint_requests_budget{${at},endpoint="one"}`]: '400x120',
  }, ['PlimsollRequestsRunOut'], { before: '12m' }],
  'a channel is down': [{ 'plimsoll_alert_channel_up{channel="webhook"}': '1x60 0x60' }, ['PlimsollAlertsNotDelivered']],
  'a node lies': [{ [`plimsoll_endpoint_news_total{${at},endpoint="one",kind="lied"}`]: '0x60 1x60' }, ['PlimsollEndpointLies']],
  'nodes come and go': [{ [`plimsoll_endpoint_changes_total{${at}}`]: '0x30 1+1x10 11x80' }, ['PlimsollEndpointChanges']],
  'the disk is full': [{ plimsoll_journal_errors_total: '0x75 1+1x45' }, ['PlimsollJournalErrors']],
  'alerts do not go out': [{
    'plimsoll_alert_total{level="warning",channel="webhook",outcome="failed"}': '0x70 1x50',
  }, ['PlimsollAlertsNotDelivered']],
  'a channel is silent though it is tested': [{
    'plimsoll_alert_channel_last_success_timestamp_seconds{channel="phone"}': '0x120',
  }, ['PlimsollAlertChannelSilent'], { minute: '21m', before: '19m45s' }],
  'a reload fails': [{ plimsoll_config_last_reload_successful: '1x40 0x80' }, ['PlimsollReloadFailed'], { before: '14m' }],
};

const FIRING = 'count by (alertname) (ALERTS{alertstate="firing"}) > 0';
const samples = (names) => ['PlimsollWatchdog', ...names].map((name) => ({ labels: `{alertname="${name}"}`, value: 1 }));

function caseOf([name, [changes, fires, { before, minute = '20m' } = {}]]) {
  const series = Object.entries({ ...QUIET, ...changes }).filter(([, values]) => values !== null);
  const moments = [{ expr: FIRING, eval_time: minute, exp_samples: samples(fires) }];
  if (before !== undefined) moments.unshift({ expr: FIRING, eval_time: before, exp_samples: samples([]) });
  return {
    name, interval: '15s', input_series: series.map(([key, values]) => ({ series: key, values })), promql_expr_test: moments,
  };
}

function promtool(...args) {
  const { status, stdout, stderr, error } = spawnSync('promtool', args, { encoding: 'utf8' });
  assert.equal(error, undefined, 'promtool is missing: bot/setup installs the package prometheus');
  assert.equal(status, 0, `${stdout}\n${stderr}`);
}

const families = new Map([...readFileSync(join(root, 'bot/metrics_families.hpp'), 'utf8')
  .matchAll(/(gauges|counters|histograms)\(\s*"(plimsoll_\w+|process_\w+)"/g)].map(([, kind, name]) => [name, kind]));

function unknown(file) {
  const used = new Set(readFileSync(file, 'utf8').match(/\bplimsoll_\w+/g));
  return [...used].filter((name) => !families.has(name) && families.get(name.replace(/_(bucket|sum|count)$/, '')) !== 'histograms');
}

/// The words of the first column of all tables of the guide whose head is this.
function words(head) {
  const lines = readFileSync(GUIDE, 'utf8').split('\n');
  const rows = lines.flatMap((line, i) => (line.startsWith(`| ${head} |`) ? lines.slice(i + 2, lines.indexOf('', i) < 0 ? undefined : lines.indexOf('', i)) : []));
  return rows.flatMap((row) => [...row.split('|')[1].matchAll(/`([^`]+)`/g)].map(([, word]) => word.replace(/\.\.\.$/, '')));
}
const twice = (list) => list.filter((word, i) => list.indexOf(word) !== i);
const without = (list, others) => [...new Set(list)].filter((word) => !others.includes(word)).sort();

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-rules-'));
try {
  await test('the rules are rules', () => promtool('check', 'rules', RULES));
  await test(`each of ${alerts.length} alerts fires in its case and in no other`, () => {
    const tried = new Set(Object.values(CASES).flatMap(([, fires]) => fires));
    assert.deepEqual(alerts.filter((name) => name !== 'PlimsollWatchdog' && !tried.has(name)), [], 'alerts without a case');
    const file = join(folder, 'cases.yml');
    writeFileSync(file, JSON.stringify({ rule_files: [RULES], evaluation_interval: '15s', tests: Object.entries(CASES).map(caseOf) }));
    promtool('test', 'rules', file);
  });
  await test('rules and dashboard name metrics that there are', () => {
    assert(families.size > 30, `${families.size} families found`);
    for (const file of [RULES, DASHBOARD]) assert.deepEqual(unknown(file), [], file);
  });
  await test('every metric has its line on their page, and no other has', () => {
    const page = [...readFileSync(METRICS, 'utf8').matchAll(/^\| `(\w+)` \| (\w+) \|/gm)].map(([, name, kind]) => `${name} ${kind}`);
    assert.deepEqual(page.sort(), [...families].map(([name, kind]) => `${name} ${kind.slice(0, -1)}`).concat('plimsoll_build_info gauge').sort());
  });
  await test('every metric but those of the bare process is seen in rules or dashboard', () => {
    const used = readFileSync(RULES, 'utf8') + readFileSync(DASHBOARD, 'utf8');
    assert.deepEqual([...families.keys()].filter((name) => !used.includes(name) && !BARE.has(name)), []);
  });
  await test('every alert has a section in the guide', () => {
    const guide = readFileSync(GUIDE, 'utf8');
    for (const name of alerts) assert(guide.includes(`### ${name}\n`), `${name} is not explained`);
  });
  await test('every section of the guide is of an alert', () => {
    const sections = [...readFileSync(GUIDE, 'utf8').matchAll(/^### (Plimsoll\w+)$/gm)].map(([, name]) => name);
    assert.deepEqual([without(sections, alerts), twice(sections)], [[], []]);
  });
  await test('every kind of plimsoll’s own alerts has one row in the guide, and no other has', () => {
    const raised = [...kinds().keys()];
    assert(raised.length > 100, `${raised.length} kinds found`);
    const explained = [...words('kind'), ...words('gate')];
    assert.deepEqual(without(raised, explained), [], 'not in the guide');
    assert.deepEqual(without(explained, raised), [], 'raised by nobody');
    assert.deepEqual(twice(explained), []);
  });
  await test('every reason for no plan, or a small one, has one row in the guide, and no other has', () => {
    const told = words('reason, behind `strategy:` or `short:`');
    assert(told.length > 40, `${told.length} reasons found`);
    assert.deepEqual([without([...reasons()], told), without(told, [...reasons()]), twice(told)], [[], [], []]);
  });
  await test('advice is given for alerts that there are', () => {
    const advised = [...readFileSync(join(root, 'bot/advice.cpp'), 'utf8').matchAll(/Advice\{\s*"([a-z:-]+)"/g)].map(([, kind]) => kind);
    assert(advised.length > 40, `${advised.length} found`);
    assert.deepEqual([without(advised, [...kinds().keys()]), twice(advised)], [[], []]);
  });
  console.log(`${passed()} passed`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
