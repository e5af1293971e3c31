// SPDX-License-Identifier: Apache-2.0
// Stands in for a service that alarms when calls stop, such as healthchecks.io: it knows nothing but calls and the lack of them.
import http from 'node:http';
import { until } from './stage.mjs';

const LIMIT = 30_000;
const SILENCE = 5_000;  // the calls come every second
export const KEY = 'c0ffee00-0000-4000-8000-1876';

export class Receiver {
  static async open() {
    const receiver = new Receiver();
    Object.assign(receiver, { calls: [], answer: (response) => response.writeHead(200).end('OK') });
    receiver.server = http.createServer((request, response) => {
      receiver.calls.push({ at: Date.now(), method: request.method, path: request.url });
      receiver.answer(response);
    });
    await new Promise((done) => { receiver.server.listen(0, '127.0.0.1', done); });
    return receiver;
  }

  get url() { return `http://127.0.0.1:${this.server.address().port}/ping/{secret}`; }

  /// The section of the configuration; the secret's file is heartbeat.key beside it.
  get section() { return `\n[heartbeat]\nurl = "${this.url}"\nsecret = { file = "heartbeat.key" }\nevery = "1s"\n`; }

  async calledAgain(what) {
    const { length } = this.calls;
    await until(`${what}: a call`, LIMIT, () => this.calls.length > length + 1);
  }

  /// Calls under way may still come; then none does.
  async silent(what) {
    await until(`${what}: silence`, LIMIT, () => Date.now() - (this.calls.at(-1)?.at ?? 0) > SILENCE);
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
  }
}
