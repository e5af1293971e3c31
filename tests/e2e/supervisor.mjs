// SPDX-License-Identifier: Apache-2.0
// The part of a service manager that a watchdog needs: the socket of sd_notify(3), and what systemd does to a unit with
// WatchdogSec that stays silent: SIGABRT, and SIGKILL when that does not end it within TimeoutAbortSec.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

export class Supervisor {
  static async open(sink, { watchdogMs, abortMs = 1_000 }) {
    const supervisor = new Supervisor();
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-notify-'));
    const socket = join(folder, 'notify');
    Object.assign(supervisor, { folder, watchdogMs, abortMs, heard: [], fed: null, fired: 0 });
    supervisor.env = { NOTIFY_SOCKET: socket, WATCHDOG_USEC: String(watchdogMs * 1000) };
    supervisor.sink = spawn(resolve(sink), [socket], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((done) => {
      createInterface(supervisor.sink.stdout).on('line', (line) => {
        const [pid, text] = [Number(line.split(' ')[0]), line.slice(line.indexOf(' ') + 1)];
        supervisor.heard.push({ pid, text, at: Date.now() });
        if (text === 'WATCHDOG=1' && pid === supervisor.pid) supervisor.fed = Date.now();
        if (text === 'LISTENING') done();
      });
    });
    supervisor.timer = setInterval(() => supervisor.look(), 50);
    return supervisor;
  }

  /// The process that is watched from its READY=1 on.
  watch(child) {
    Object.assign(this, { child, pid: child.pid, fed: null });
  }

  texts(pid = this.pid) {
    return this.heard.filter((one) => one.pid === pid).map(({ text }) => text);
  }

  look() {
    if (this.child === undefined || this.child.exitCode !== null || this.child.signalCode !== null) return;
    if (this.fed === null || !this.texts().includes('READY=1') || Date.now() - this.fed <= this.watchdogMs) return;
    const child = this.child;
    this.child = undefined;
    this.fired += 1;
    child.kill('SIGABRT');
    setTimeout(() => { if (child.signalCode === null) child.kill('SIGKILL'); }, this.abortMs);
  }

  close() {
    clearInterval(this.timer);
    this.sink.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
