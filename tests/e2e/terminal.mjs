// SPDX-License-Identifier: Apache-2.0
// A command on a pseudo-terminal of its own, through script(1).
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { until } from './stage.mjs';

const quoted = (word) => `'${word.replaceAll("'", "'\\''")}'`;

export class Terminal {
  /// The words of a command; `then` is shell text that runs in the same terminal after it.
  constructor(words, { then = '', env = {}, cwd } = {}) {
    const line = words.map(quoted).join(' ') + then;
    this.child = spawn('script', ['-qefc', line, '/dev/null'],
      { stdio: ['pipe', 'pipe', 'pipe'], cwd, env: { ...process.env, TERM: 'xterm', SHELL: '/bin/sh', ...env } });
    this.screen = '';
    this.child.stdout.on('data', (data) => { this.screen += data; });
    this.ended = new Promise((done) => this.child.on('close', done));
  }

  type(text) { this.child.stdin.write(text); }

  shows(what, limitMs = 20_000) {
    return until(`the terminal shows ${what}; it shows ${JSON.stringify(this.screen.slice(-600))}`, limitMs,
      () => (what instanceof RegExp ? what.test(this.screen) : this.screen.includes(what)));
  }

  /// The terminal's own size; whoever runs in it is told.
  resize(columns, rows) {
    const of = (pid) => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
    const device = readlinkSync(`/proc/${of(this.child.pid)[0]}/fd/0`);
    spawnSync('stty', ['-F', device, 'cols', String(columns), 'rows', String(rows)]);
  }

  /// What was shown since, when it changes what is there.
  forget() { this.screen = ''; }
}
