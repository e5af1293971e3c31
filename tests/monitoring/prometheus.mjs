// SPDX-License-Identifier: Apache-2.0
// A real Prometheus scrapes the real daemon with the rules that are shipped: they load, the watchdog fires, and every expression of
// the dashboard is answered, after a rescue nearly all with data. What the daemon exports is what config/metrics.md says.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { freePort } from '../devnet/crash/daemon.mjs';
import { passed, test } from '../e2e/report.mjs';
import { rescued } from '../e2e/outcome.mjs';
import { PostOffice, TOKENS } from '../e2e/post_office.mjs';
import { ENDANGERED, Stage, until } from '../e2e/stage.mjs';

const { values } = parseArgs({ options: { plimsoll: { type: 'string' } } });
const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const expressions = JSON.parse(readFileSync(join(root, 'config/grafana/plimsoll.json'), 'utf8')).panels
  .flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr: expr.replace(/\$__rate_interval|\$__range/g, '1m').replace(/\$\w+/g, '.*') })));
// What has no sample while no node fails, no chain turns back and nothing is refused, or where the chain is a local one: its feeds
// have no heartbeat that anybody knows.
const RARE = ['refusal_total', 'tx_replaced_total', 'pending_prices_total', 'endpoint_changes_total', 'endpoint_news_total', 'reorg_total',
  'reorg_depth', 'rpc_errors_total'].map((name) => `plimsoll_${name}`);
const MAY_BE_EMPTY = new RegExp(`${RARE.join('|')}|> 0|== 0`);

const stage = await Stage.open();
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-prometheus-'));
const port = await freePort();
const office = await PostOffice.open();
const place = await stage.folder({ more: office.sections(['hook']) });
writeFileSync(join(place.folder, 'hook.key'), TOKENS.hook, { mode: 0o600 });
const daemon = stage.daemon(values.plimsoll, place);
let prometheus = null;

async function api(path) {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`);
  const answer = await response.json();
  assert.equal(answer.status, 'success', `${path}: ${answer.error}`);
  return answer.data;
}
const query = (expr) => api(`query?query=${encodeURIComponent(expr)}`);

function start() {
  writeFileSync(join(folder, 'prometheus.yml'), `global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: ["${join(root, 'config/prometheus/plimsoll.rules.yml')}"]
scrape_configs:
  - job_name: plimsoll
    static_configs: [{ targets: ["127.0.0.1:${place.port}"] }]
`);
  const child = spawn('prometheus', [`--config.file=${join(folder, 'prometheus.yml')}`, `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`, '--log.level=warn'], { stdio: 'inherit' });
  child.on('error', (error) => { throw new Error(`prometheus: ${error.message}; bot/setup installs it`); });
  return child;
}

try {
  stage.run();
  await daemon.start();
  prometheus = start();
  await until('Prometheus answers', 20_000, async () => (await fetch(`http://127.0.0.1:${port}/-/ready`).catch(() => ({}))).ok);
  await test('the daemon is scraped', () => until('up', 20_000, async () =>
    (await query('up{job="plimsoll"}')).result[0]?.value[1] === '1' && (await query('plimsoll_ready')).result[0]?.value[1] === '1'));
  await test('the rules are loaded, and the watchdog fires', async () => {
    await until('the watchdog', 30_000, async () => (await api('alerts')).alerts.some(({ labels, state }) =>
      labels.alertname === 'PlimsollWatchdog' && state === 'firing'));
    const { groups } = await api('rules');
    const rules = groups.flatMap((group) => group.rules);
    assert(rules.length >= 19);
    for (const { name, health, lastError } of rules) assert.equal(health, 'ok', `${name}: ${lastError}`);
  });
  await test(`after a rescue each of ${expressions.length} expressions of the dashboard is answered`, async () => {
    await stage.setPrice(ENDANGERED);
    await until('the rescue', 30_000, () => rescued(stage));
    await until('the message', 30_000, () => office.texts('hook').length > 0);
    for (const { title, expr } of expressions) {
      if (MAY_BE_EMPTY.test(expr)) await query(expr);
      else await until(`${title}: something for ${expr}`, 20_000, async () => (await query(expr)).result.length > 0);
    }
  });
  await test('what is exported is what its page says: names, types, labels and help', async () => {
    const page = new Map([...readFileSync(join(root, 'config/metrics.md'), 'utf8').matchAll(/^\| `(\w+)` \| (\w+) \| (.*?) \| (.*) \|$/gm)]
      .map(([, name, type, labels, help]) => [name, { type, labels: labels.match(/\w+/g) ?? [], help }]));
    const text = await (await fetch(`http://127.0.0.1:${place.port}/metrics`)).text();
    const types = [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)];
    for (const [, name, type] of types) {
      const { labels, ...said } = page.get(name) ?? {};
      const help = new RegExp(`^# HELP ${name} (.*)$`, 'm').exec(text)?.[1];
      assert.deepEqual({ type, help }, said, name);
      for (const [, shown] of text.matchAll(new RegExp(`^${name}(?:_bucket|_sum|_count)?\\{([^}]*)\\}`, 'gm'))) {
        const names = [...shown.matchAll(/(\w+)="/g)].map(([, label]) => label).filter((label) => label !== 'le');
        assert.deepEqual(names.sort(), [...labels].sort(), name);
      }
    }
    const exported = new Set(types.map(([, name]) => name));
    assert.deepEqual([...page.keys()].filter((name) => !exported.has(name)).sort(), [...RARE].sort(), 'on the page and not exported');
  });
  console.log(`${passed()} passed`);
} finally {
  prometheus?.kill('SIGKILL');
  if (daemon.ended === null) await daemon.stop();
  office.close();
  await stage.close();
  place.remove();
  rmSync(folder, { recursive: true, force: true });
}
