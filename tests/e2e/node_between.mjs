// SPDX-License-Identifier: Apache-2.0
// A node that asks another one for everything, counts what it is asked, and may say some things otherwise. It serves WebSocket and
// HTTP on one port.
import http from 'node:http';
import { WebSocket, WebSocketServer } from 'ws';

/// Requests over one connection to the real node, which may also notify.
class Line {
  constructor(target, notify) {
    Object.assign(this, { waiting: new Map(), next: 1 });
    this.socket = new WebSocket(target, { perMessageDeflate: false });
    this.ready = new Promise((done, fail) => {
      this.socket.on('open', done);
      this.socket.on('error', fail);
    });
    this.socket.on('message', (data) => {
      const message = JSON.parse(data);
      if (message.id === undefined) return notify(message);
      this.waiting.get(message.id)?.(message);
      this.waiting.delete(message.id);
    });
  }

  async ask({ method, params }) {
    await this.ready;
    const id = this.next++;
    const answer = new Promise((done) => { this.waiting.set(id, done); });
    this.socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    const { result, error } = await answer;
    return error === undefined ? { result } : { error };
  }

  close() {
    this.socket.on('error', () => {});
    this.socket.terminate();
  }
}

export class NodeBetween {
  /// target: ws:// of the real node. answer(request): { result } or { error } in its place, or nothing; change(request, answer):
  /// changes its answer; notify(message) changes what it announces.
  static async open(target, { answer = () => undefined, change = async () => {} } = {}) {
    const node = new NodeBetween();
    Object.assign(node, { target, answer, change, notify: () => {}, asked: [], lines: new Set() });
    node.line = node.connect(() => {});
    node.server = http.createServer((request, response) => {
      const parts = [];
      request.on('data', (part) => parts.push(part));
      request.on('end', async () => {
        const text = await node.take(Buffer.concat(parts), node.line);
        response.setHeader('content-type', 'application/json');
        response.end(text);
      });
    });
    node.sockets = new WebSocketServer({ server: node.server, perMessageDeflate: false });
    node.sockets.on('connection', (socket) => {
      const line = node.connect((message) => {
        node.notify(message);
        socket.send(JSON.stringify(message));
      });
      socket.on('message', async (data) => {
        const text = await node.take(data, line);
        if (socket.readyState === WebSocket.OPEN) socket.send(text);
      });
      socket.on('close', () => line.close());
    });
    await node.back(0);
    node.port = node.server.address().port;
    return node;
  }

  /// Refuses and resets from now on.
  away() {
    for (const socket of this.sockets.clients) socket.terminate();
    this.server.close();
    this.server.closeAllConnections();
  }

  back(port = this.port) {
    return new Promise((done) => { this.server.listen(port, '127.0.0.1', done); });
  }

  get ws() { return `ws://127.0.0.1:${this.port}`; }
  get http() { return `http://127.0.0.1:${this.port}`; }

  connect(notify) {
    const line = new Line(this.target, notify);
    this.lines.add(line);
    return line;
  }

  async take(data, line) {
    const message = JSON.parse(data);
    const answers = await Promise.all([message].flat().map((request) => this.one(request, line)));
    return JSON.stringify(Array.isArray(message) ? answers : answers[0]);
  }

  async one(request, line) {
    this.asked.push(request);
    const own = this.answer(request);
    const answer = own ?? await line.ask(request);
    if (own === undefined) await this.change(request, answer);
    return { jsonrpc: '2.0', id: request.id, ...answer };
  }

  /// How often it was asked for this.
  count(method) {
    return this.asked.filter((request) => request.method === method).length;
  }

  methods() {
    return new Set(this.asked.map(({ method }) => method));
  }

  close() {
    for (const line of this.lines) line.close();
    this.sockets.close();
    this.away();
  }
}
