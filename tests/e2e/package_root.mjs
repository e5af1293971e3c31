// SPDX-License-Identifier: Apache-2.0
// A fresh Debian 12 in a folder, with its own systemd when booted. Its network is this machine's.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, closeSync, copyFileSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './stage.mjs';

const BOOT_LIMIT = 60_000;
const ENV = { PATH: process.env.PATH, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };

/// To its end, which must be a good one; what it prints. This process goes on meanwhile: it may mine.
export async function run(command, args, { input, ...options } = {}) {
  const { status, stdout, stderr } = await ended(command, args, input, options);
  assert.equal(status, 0, `${command} ${args.join(' ')}:\n${stdout}\n${stderr}`);
  return stdout;
}

function ended(command, args, input = '', options = {}) {
  return new Promise((done) => {
    const child = spawn(command, args, options);
    const out = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr']) child[name].on('data', (data) => { out[name] += data; });
    child.on('error', ({ message }) => done({ status: null, ...out, stderr: message }));
    child.on('close', (status) => done({ status, ...out }));
    child.stdin.on('error', () => {});  // it may have ended without reading
    child.stdin.end(input);
  });
}

export class Root {
  static async make() {
    const root = new Root();
    root.folder = mkdtempSync(join(tmpdir(), 'plimsoll-root-'));
    await run('debootstrap', ['--variant=minbase', '--include=systemd,systemd-sysv,dbus', 'bookworm', root.folder,
      'http://deb.debian.org/debian']);
    chmodSync(root.folder, 0o755);  // it is everybody's "/"
    copyFileSync('/etc/resolv.conf', root.path('/etc/resolv.conf'));
    return root;
  }

  path(inside) { return join(this.folder, inside); }
  read(inside) { return readFileSync(this.path(inside), 'utf8'); }
  write(inside, text, mode = 0o644) { writeFileSync(this.path(inside), text, { mode }); }
  owner(inside) {
    const { mode, uid, gid } = statSync(this.path(inside));
    return { mode: (mode & 0o7777).toString(8), uid, gid };
  }

  within(command) {
    return this.init === undefined ? ['chroot', [this.folder, ...command]]
      : ['nsenter', ['-t', String(this.init), '-m', '-u', '-i', '-p', '-r', '-w', ...command]];
  }
  run(...command) { return run(...this.within(command), { env: ENV }); }

  async boot() {
    const log = `${this.folder}.log`;  // its console, which cannot be a socket
    const output = openSync(log, 'w');
    this.machine = spawn('systemd-nspawn', ['--quiet', '--register=no', '--keep-unit', '--system-call-filter=@memlock',
      `--directory=${this.folder}`, '--boot'], { stdio: ['ignore', output, output] });
    closeSync(output);
    this.down = new Promise((done) => { this.machine.on('exit', done); });
    const children = `/proc/${this.machine.pid}/task/${this.machine.pid}/children`;
    await until('the system is up', BOOT_LIMIT, async () => {
      assert.equal(this.machine.exitCode, null, `it did not boot:\n${readFileSync(log, 'utf8')}`);
      this.init = Number.parseInt(readFileSync(children, 'utf8'), 10) || undefined;
      if (this.init === undefined) return false;
      const { stdout } = await ended(...this.within(['systemctl', 'is-system-running']));
      return /running|degraded/.test(stdout);
    });
    rmSync(log);
  }

  async close() {
    if (this.machine !== undefined && this.machine.exitCode === null) {
      this.machine.kill('SIGTERM');
      const killer = setTimeout(() => this.machine.kill('SIGKILL'), 20_000);
      await this.down;
      clearTimeout(killer);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
