// SPDX-License-Identifier: Apache-2.0
// What the documents tell people to type is typed, in their order, on a local chain with the real contracts; what tests/docs/elsewhere.mjs
// names is run by others. The settings and scripts that they show are tried too.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT, commands, documents, read } from '../docs/collect.mjs';
import { ELSEWHERE } from '../docs/elsewhere.mjs';
import { endless } from '../docs/run.mjs';
import { merged } from '../docs/settings.mjs';
import { DocsStage, settingsOf } from './docs_stage.mjs';
import { stories } from './report.mjs';
import { Terminal } from './terminal.mjs';
import { until } from './stage.mjs';

const { values } = parseArgs({
  options: { plimsoll: { type: 'string' }, simulation: { type: 'string' }, only: { type: 'string', default: '' } },
});
const LIMIT = 60_000;
const own = await DocsStage.open(values.plimsoll, values.simulation);
const { info } = own.stage.devnet;
const released = resolve(values.plimsoll) === join(ROOT, 'build/release/bot/plimsoll');

/// What a local chain, or a test's time, needs besides.
const MORE = [
  [/^plimsoll init /, () => ` --market ${info.aave.addresses_provider} --morpho ${info.morpho.morpho}`],
  [/^bot\/quickstart$/, () => ' --fast'],
];
/// Those that say by their exit code that it went as badly as the document says.
const ENDS_WITH = [[/crash\.mjs --fast$/, 1]];
const BUILDS = /^(bot\/quickstart|tests\/lint\/|cmake )/;
/// What is done beside the daemon.
const BESIDE = /^(curl|sqlite3) /;
const WRITES = /^node (tests\/(?:data|fuzz)\/[\w/]+\.mjs)$/;

const folderOf = (line) => {
  if (/^plimsoll init /.test(line)) return join(own.folder, 'init');
  if (/^sqlite3 /.test(line)) return join(own.folder, 'data');
  return /^(plimsoll|simulation|curl|openssl) /.test(line) ? own.folder : ROOT;
};

async function untilEnded(line, cwd) {
  const one = own.start(line, cwd);
  const code = await one.ended;
  const [, good] = ENDS_WITH.find(([is]) => is.test(line)) ?? [null, 0];
  assert.equal(code, good, `${line}: ${code}\n${one.said().slice(-3000)}`);
  return one.said();
}

/// Those that go on: until they show that they work; then they are asked to end, and do so cleanly.
async function whileRunning(line, { ready, says }, body = async () => {}) {
  const one = own.start(line, folderOf(line));
  let code = null;
  one.ended.then((ended) => { code = ended; });
  await until(`${line} works`, LIMIT, async () => {
    assert.equal(code, null, `${line} ended (${code}):\n${one.said()}`);
    return ready ? own.ready() : says.test(one.said());
  });
  await body();
  one.child.kill('SIGTERM');
  assert.equal(await one.ended, 0, `${line} ends:\n${one.said().slice(-3000)}`);
}

/// What asks for a passphrase and a yes is answered on a terminal of its own.
async function answered(line) {
  const terminal = new Terminal(['sh', '-c', line], { cwd: own.folder, env: own.env() });
  let over = false;
  const ended = terminal.ended.then((code) => { over = true; return code; });
  let from = 0;
  await until(`${line} ends; it shows ${terminal.screen.slice(-800)}`, LIMIT, () => {
    const shown = terminal.screen.slice(from);
    const [, answer] = [[/Passphrase of/, readFileSync(own.passphrase, 'utf8')], [/\[yes\/no\]/, 'yes']].find(([asked]) => asked.test(shown)) ?? [];
    if (answer !== undefined) {
      from = terminal.screen.length;
      terminal.type(`${answer}\n`);
    }
    return over;
  });
  assert.equal(await ended, 0, terminal.screen);
  return terminal.screen;
}

/// A script that writes files of the tree does so in a copy of their folder, and writes what is there.
async function writesTheSame(script) {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-docs-copy-'));
  const below = dirname(script);
  try {
    for (const name of readdirSync(ROOT)) if (name !== 'tests') symlinkSync(join(ROOT, name), join(folder, name));
    mkdirSync(join(folder, 'tests'));
    for (const name of readdirSync(join(ROOT, 'tests'))) {
      const there = join(folder, 'tests', name);
      if (below.startsWith(`tests/${name}`)) cpSync(join(ROOT, 'tests', name), there, { recursive: true });
      else symlinkSync(join(ROOT, 'tests', name), there);
    }
    await untilEnded(`node ${script}`, folder);
    const differs = readdirSync(join(folder, below), { recursive: true, withFileTypes: true }).filter((one) => one.isFile())
      .map((one) => join(one.parentPath ?? one.path, one.name).slice(folder.length + 1))
      .filter((path) => !readFileSync(join(ROOT, path)).equals(readFileSync(join(folder, path))));
    assert.deepEqual(differs, [], `${script} writes others than are committed`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/// Says how it was run.
async function type(text) {
  if (BUILDS.test(text) && !released) return 'not here: it is of the build in build/release';
  own.configure(text);
  const [, script] = WRITES.exec(text) ?? [];
  if (script !== undefined) {
    await writesTheSame(script);
    return 'it writes what is committed';
  }
  const line = MORE.reduce((all, [is, more]) => (is.test(text) ? all + more() : all), own.filled(text));
  if (/--keystore me\.json/.test(line)) {
    await answered(line);
    return 'answered on a terminal';
  }
  if (endless(text) !== undefined) {
    await whileRunning(line, endless(text));
    return 'until it was told to end';
  }
  if (BESIDE.test(line)) {
    let said = '';
    await whileRunning('plimsoll --config plimsoll.toml run', { ready: true }, async () => { said = await untilEnded(line, folderOf(line)); });
    if (/^curl /.test(line)) assert.match(said, /ready/);
    if (/\.backup/.test(line)) assert(statSync(join(own.folder, 'data/copy.db')).size > 10_000, 'nothing was copied');
    return 'while the daemon runs';
  }
  const said = await untilEnded(line, folderOf(line));
  assert(said.length > 0, `${line} says nothing`);
  return said.trim().split('\n').at(-1).slice(0, 100);
}

function typed() {
  const order = ['README.md', 'config/operating.md'];
  const rank = ({ at: [{ path }] }) => (order.includes(path) ? order.indexOf(path) : order.length);
  const all = commands().sort((a, b) => rank(a) - rank(b));
  const out = {};
  for (const { text, at: [{ path, line }] } of all) {
    const entry = ELSEWHERE[text];
    const short = entry?.help ? `${text.split(' ')[0]} --help` : text;
    if (entry === undefined || entry.help) out[`${path}:${line} ${text}`] = () => type(short);
  }
  return out;
}

/// Settings beside README's own; each of them a reader may add by itself.
function settings() {
  const out = {};
  for (const path of documents()) {
    for (const { at, text } of settingsOf(path)) {
      out[`${at} settings`] = async () => {
        const base = /^\[wallet\.main\.signer\]/.test(text) ? own.plain.replace(/^signer = .*$/m, '') : own.plain;
        const file = join(own.folder, 'shown.toml');
        const filled = text.replaceAll(/"0x\.\.\."/g, `"${own.stage.wallets[0].address}"`);
        writeFileSync(file, /^version/.test(text) ? `${filled}\n` : merged(base, filled), { mode: 0o600 });
        const said = await untilEnded(`plimsoll --config ${file} config show`, own.folder);
        return `${said.split('\n').length} lines are in force`;
      };
    }
  }
  return out;
}

/// The scripts that a document shows, one after the other as one.
function scripts() {
  const out = {};
  for (const path of documents()) {
    const shown = read(path).blocks.filter(({ kind }) => kind === 'script');
    if (shown.length === 0) continue;
    out[`${path}:${shown[0].lines[0].line} scripts`] = async () => {
      const end = 'await devnet.stop();';
      const text = shown.map(({ lines }) => lines.map((one) => one.text).join('\n')).join('\n');
      const file = join(ROOT, dirname(path), `.shown-${process.pid}.mjs`);
      writeFileSync(file, `${text.replace(end, '')}\n${end}\n`);
      try {
        await untilEnded(`node ${file}`, ROOT);
      } finally {
        rmSync(file);
      }
      return 'they run';
    };
  }
  return out;
}

try {
  own.stage.run();
  await stories({ ...typed(), ...settings(), ...scripts() }, values.only, (name, body) => body());
} finally {
  await own.close();
}
