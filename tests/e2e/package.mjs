// SPDX-License-Identifier: Apache-2.0
// The Debian package in a fresh system: made, installed with what it needs, run by the real systemd as its own user with its
// secrets as credentials, killed, stopped, reloaded; upgraded, removed and purged. Needs root and Debian's mirror.
import assert from 'node:assert/strict';
import { chmodSync, chownSync, copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { writeDaemonFiles } from '../devnet/crash/files.mjs';
import { freePort } from '../devnet/crash/daemon.mjs';
import { rescued } from './outcome.mjs';
import { Root, run } from './package_root.mjs';
import { stories } from './report.mjs';
import { ENDANGERED, HEALTHY, Stage, until } from './stage.mjs';

const { values } = parseArgs({ options: { build: { type: 'string' }, only: { type: 'string', default: '' } } });
const SKIPPED = 77;
const LIMIT = 60_000;
const CREDENTIALS = '/run/credentials/plimsoll.service';
if (process.getuid() !== 0) {
  console.log('skipped: a fresh system is made by root only');
  process.exit(SKIPPED);
}

async function makePackage() {
  for (const name of readdirSync(values.build)) if (name.endsWith('.deb')) rmSync(join(values.build, name));
  await run('cpack', ['--config', 'CPackConfig.cmake'], { cwd: values.build });
  const [name] = readdirSync(values.build).filter((file) => file.endsWith('.deb'));
  return join(resolve(values.build), name);
}

/// The configuration of the stage's wallet as README says it for a service: secrets are root's, handed over one by one.
async function configure(root, stage) {
  const port = await freePort();
  const etc = root.path('/etc/plimsoll');
  const [{ name }] = stage.wallets;
  const config = writeDaemonFiles(etc, stage.devnet.info, stage.wallets, port, {});
  const text = root.read(config.slice(root.folder.length))
    .replace(/^data_dir = .*$/m, 'data_dir = "/var/lib/plimsoll"')
    .replace(/^signer = .*$/m, `signer = { keystore = "${CREDENTIALS}/${name}.json", passphrase = { credential = "pass" } }`);
  root.write('/etc/plimsoll/plimsoll.toml', text);
  chmodSync(config, 0o640);
  chownSync(config, 0, Number(await root.run('id', '-g', 'plimsoll')));
  mkdirSync(root.path('/etc/systemd/system/plimsoll.service.d'), { recursive: true });
  root.write('/etc/systemd/system/plimsoll.service.d/here.conf', ['[Service]', `LoadCredential=${name}.json:/etc/plimsoll/${name}.json`,
    `LoadCredential=pass:/etc/plimsoll/${name}.pass`, 'WatchdogSec=3', ''].join('\n'));
  return port;
}

const file = await makePackage();
const root = await Root.make();
const show = async (property) => (await root.run('systemctl', 'show', '--value', '-p', property, 'plimsoll')).trim();
const log = () => root.run('journalctl', '-u', 'plimsoll', '-o', 'cat', '-n', '200');
const active = async () => (await show('ActiveState')) === 'active';
const back = (restarts) => until('it runs again', LIMIT, async () => (await active()) && Number(await show('NRestarts')) > restarts);

async function underSystemd(stage) {
  stage.run();
  const port = await configure(root, stage);
  await root.boot();
  await root.run('systemctl', 'enable', '--now', 'plimsoll');  // comes back once it is ready
  assert.match(await root.run('systemctl', 'status', 'plimsoll'), /Active: active \(running\)/);
  const ready = () => fetch(`http://127.0.0.1:${port}/-/ready`).then(({ ok }) => ok);
  await until('ready, as systemd says', LIMIT, ready);
  const uid = Number(await root.run('id', '-u', 'plimsoll'));
  assert.equal(statSync(root.path('/var/lib/plimsoll/journal.db')).uid, uid, 'the journal is its own');
  await stage.setPrice(ENDANGERED);
  await until('the rescue', LIMIT, () => rescued(stage));
  await stage.setPrice(HEALTHY);

  await root.run('systemctl', 'kill', '--signal=KILL', 'plimsoll');
  await back(0);
  await root.run('systemctl', 'kill', '--signal=STOP', 'plimsoll');
  await back(1);
  assert.match(await log(), /[Ww]atchdog timeout/);

  await root.run('systemctl', 'reload', 'plimsoll');
  const good = root.read('/etc/plimsoll/plimsoll.toml');
  root.write('/etc/plimsoll/plimsoll.toml', `${good}\nnonsense = 1\n`);
  await assert.rejects(root.run('systemctl', 'reload', 'plimsoll'), 'what is wrong is refused');
  assert(await active(), 'and the daemon goes on');
  root.write('/etc/plimsoll/plimsoll.toml', good);

  const pid = await show('MainPID');
  await root.run('dpkg', '-i', '/opt/plimsoll.deb');
  await until('the new program', LIMIT, async () => (await active()) && (await show('MainPID')) !== pid);
  await root.run('systemctl', 'stop', 'plimsoll');
  assert.deepEqual([await show('ActiveState'), await show('ExecMainStatus')], ['inactive', '0']);
  assert(!(await log()).includes('kept out of swap'), 'its keys are kept out of swap');
  const exposure = await root.run('systemd-analyze', 'security', '--no-pager', 'plimsoll');
  return `exposure ${exposure.match(/exposure level.*: ([0-9.]+)/)[1]} of 10`;
}

const STORIES = {
  'it installs, with what it needs': async () => {
    copyFileSync(file, root.path('/opt/plimsoll.deb'));
    const said = await root.run('apt-get', 'install', '-y', '-q', '--no-install-recommends', '/opt/plimsoll.deb');
    assert.match(said, /systemctl enable --now plimsoll/, 'it says what comes next');
    const uid = Number(await root.run('id', '-u', 'plimsoll'));
    assert(uid > 0 && uid < 1000, `a system user: ${uid}`);
    assert.deepEqual(root.owner('/etc/plimsoll'), { mode: '750', uid: 0, gid: uid }, 'only root writes the configuration');
    assert.deepEqual(root.owner('/var/lib/plimsoll'), { mode: '700', uid, gid: uid });
    assert(!root.read('/usr/lib/systemd/system/plimsoll.service').includes('/usr/local'), 'nothing of it is elsewhere');
    return `${(statSync(file).size / 1e6).toFixed(1)} MB`;
  },
  'it says what it is, to people and to shells': async () => {
    assert.match(await root.run('plimsoll', '--version'), /^plimsoll \d+\.\d+\.\d+ \([0-9a-f]{12}(-dirty)?\)$/m);
    const page = await run('zcat', [root.path('/usr/share/man/man1/plimsoll.1.gz')]);
    const drawn = await run('man', ['--warnings=w', '-l', '-'], { input: page, env: { ...process.env, MANWIDTH: '100', LC_ALL: 'C' } });
    for (const word of ['guard policy', '--dry-run', 'EXIT STATUS']) assert(drawn.includes(word), `the manual has ${word}`);
    const at = { bash: '/usr/share/bash-completion/completions/plimsoll', zsh: '/usr/share/zsh/vendor-completions/_plimsoll',
      fish: '/usr/share/fish/vendor_completions.d/plimsoll.fish' };
    const complete = {
      bash: (line) => `source ${root.path(at.bash)}; COMP_WORDS=(${line} ''); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _plimsoll;
        printf '%s\\n' "\${COMPREPLY[@]}"`,
      fish: (line) => `source ${root.path(at.fish)}; complete -C '${line} '`,
    };
    for (const [shell, path] of Object.entries(at)) await run(shell, ['-n', root.path(path)]);
    for (const [shell, script] of Object.entries(complete)) {
      const words = async (line) => (await run(shell, ['-c', script(line)])).split('\n').map((one) => one.split('\t')[0]);
      const [top, guard, colors] = [await words('plimsoll'), await words('plimsoll guard'), await words('plimsoll --color')];
      assert(top.includes('guard') && top.includes('run'), `${shell}: the commands`);
      assert(guard.includes('policy') && !guard.includes('run'), `${shell}: those below`);
      assert.deepEqual(colors.filter(Boolean).sort(), ['always', 'auto', 'never'], `${shell}: the values`);
    }
    return 'manual and completions';
  },
  'systemd runs it': async () => {
    const stage = await Stage.open();
    try {
      return await underSystemd(stage);
    } catch (error) {
      if (root.init !== undefined) error.message += `\n${await log()}`;
      throw error;
    } finally {
      await stage.close();
    }
  },
  'a removal and a purge lose nothing': async () => {
    await root.run('dpkg', '-r', 'plimsoll');
    assert(!existsSync(root.path('/usr/bin/plimsoll')));
    assert.match(await root.run('dpkg', '-P', 'plimsoll'), /kept: \/etc\/plimsoll/);
    assert(existsSync(root.path('/etc/plimsoll/plimsoll.toml')));
    assert(existsSync(root.path('/var/lib/plimsoll/journal.db')));
    return 'configuration and journal are there';
  },
};

try {
  await stories(STORIES, values.only, (name, body) => body());
} finally {
  await root.close();
}
