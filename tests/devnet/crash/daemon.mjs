// SPDX-License-Identifier: Apache-2.0
// The daemon from outside: its start and its end. Its files are in files.mjs.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, statSync } from 'node:fs';
import http from 'node:http';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { sleep } from '../lib/rpc.mjs';

const READY_LIMIT_MS = 30_000;
const END_LIMIT_MS = 8_000;

export function freePort() {
  return new Promise((done, fail) => {
    const server = createServer();
    server.on('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

/// { status, body }; a status of 0 when nobody answers.
function ask(port, path) {
  return new Promise((done) => {
    const request = http.get({ host: '127.0.0.1', port, path, timeout: 1000, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (part) => { body += part; });
      response.on('end', () => done({ status: response.statusCode, body }));
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => done({ status: 0, body: '' }));
  });
}

export class Daemon {
  constructor(binary, config, port, folder) {
    Object.assign(this, { binary: resolve(binary), config, port, log: join(folder, 'plimsoll.log') });
    this.ended = null;
  }

  /// Starts it: env besides this process's own, args in place of the usual ones.
  spawn({ detached = false, env = {}, args = ['--config', this.config, 'run'] } = {}) {
    if (!existsSync(this.binary)) throw new Error(`no daemon at ${this.binary}: build the release preset first`);
    const output = openSync(this.log, 'a', 0o600);
    Object.assign(this, { ended: null, from: statSync(this.log).size });
    this.child = spawn(this.binary, args, { stdio: ['ignore', output, output], detached, env: { ...process.env, ...env } });
    closeSync(output);
    this.child.on('error', (error) => { this.ended = error.message; });
    this.exit = new Promise((done) => {
      this.child.on('exit', (code, signal) => {
        this.ended = signal ?? `code ${code}`;
        done(code);
      });
    });
  }

  /// The same, and waits until /-/ready says yes; meanwhile() runs between the questions.
  async start({ meanwhile = async () => {}, ...options } = {}) {
    this.spawn(options);
    const started = Date.now();
    while ((await ask(this.port, '/-/ready')).status !== 200) {
      if (this.ended !== null) throw new Error(`the daemon ended (${this.ended}) before it was ready:\n${this.tail()}`);
      if (Date.now() - started > READY_LIMIT_MS) {
        throw new Error(`the daemon was not ready in ${READY_LIMIT_MS} ms:\n${this.tail()}`);
      }
      await meanwhile();
      await sleep(100);
    }
    return Date.now() - started;
  }

  /// The newest block that it has taken in; 0 before there is one.
  async head() {
    const { body } = await ask(this.port, '/-/ready');
    return Number(body.match(/"block (\d+)/)?.[1] ?? 0);
  }

  /// What /-/ready says, whether or not it is.
  async readiness() {
    return (await ask(this.port, '/-/ready')).body;
  }

  /// What it has written since it was spawned; others may have written before it.
  said() {
    return readFileSync(this.log).subarray(this.from).toString('utf8');
  }

  tail(bytes = 3000) {
    return existsSync(this.log) ? readFileSync(this.log, 'utf8').slice(-bytes) : '';
  }

  /// SIGTERM and wait. Returns the exit code, or null if it had to be killed.
  async stop() {
    if (this.child === undefined) return 0;
    if (this.ended === null) this.child.kill('SIGTERM');
    const late = setTimeout(() => this.child.kill('SIGKILL'), END_LIMIT_MS);
    const code = await this.exit;
    clearTimeout(late);
    return code;
  }
}
