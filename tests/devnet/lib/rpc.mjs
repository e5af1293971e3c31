// SPDX-License-Identifier: Apache-2.0
// JSON-RPC over HTTP and nothing more: one connection kept alive, single calls and batches.
import http from 'node:http';

export class RpcError extends Error {
  constructor(method, error) {
    super(`${method}: ${error.message}`);
    this.code = error.code;
    this.data = error.data;
  }
}

export class Rpc {
  constructor(url, { timeout = 30_000 } = {}) {
    this.url = new URL(url);
    this.timeout = timeout;
    this.id = 0;
    this.agent = new http.Agent({ keepAlive: true, maxSockets: 4 });
  }

  close() {
    this.agent.destroy();
  }

  async call(method, params = []) {
    const reply = await this.post({ jsonrpc: '2.0', id: ++this.id, method, params });
    if (reply.error) throw new RpcError(method, reply.error);
    return reply.result;
  }

  /// calls: [[method, params], ...]; the results come back in the same order.
  async batch(calls) {
    if (calls.length === 0) return [];
    const first = this.id + 1;
    const body = calls.map(([method, params = []]) => ({ jsonrpc: '2.0', id: ++this.id, method, params }));
    const replies = await this.post(body);
    const results = new Array(calls.length);
    for (const reply of replies) {
      const at = reply.id - first;
      if (reply.error) throw new RpcError(calls[at][0], reply.error);
      results[at] = reply.result;
    }
    return results;
  }

  post(body) {
    const data = JSON.stringify(body);
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(data) };
    return new Promise((resolve, reject) => {
      const request = http.request(
        this.url,
        { method: 'POST', agent: this.agent, headers, timeout: this.timeout },
        (response) => {
          const parts = [];
          response.on('data', (part) => parts.push(part));
          response.on('error', reject);
          response.on('end', () => {
            const text = Buffer.concat(parts).toString('utf8');
            try {
              resolve(JSON.parse(text));
            } catch {
              reject(new Error(`${this.url.host} answered ${response.statusCode}: ${text.slice(0, 200)}`));
            }
          });
        },
      );
      request.on('timeout', () => request.destroy(new Error(`${this.url.host} did not answer in ${this.timeout} ms`)));
      request.on('error', reject);
      request.end(data);
    });
  }
}

export const hex = (value) => `0x${BigInt(value).toString(16)}`;
export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
