// SPDX-License-Identifier: Apache-2.0
// A node whose answers go through twist(asked, answer), and what it is asked through ask(text). Transactions pass as they are, to
// the chain `sends` where that is another one: then the node tells a world of its own.
import { WebSocket, WebSocketServer } from 'ws';

/// A connection to a node that may still be opening.
function line(url) {
  const socket = new WebSocket(url);
  const waiting = [];
  socket.on('open', () => waiting.splice(0).forEach((text) => socket.send(text)));
  return { socket, pass: (text) => (socket.readyState === WebSocket.OPEN ? socket.send(text) : waiting.push(text)) };
}

export async function liar(target, sends = target) {
  const lies = { ask: (text) => text, twist: (asked, answer) => answer };
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  server.on('connection', (inner) => {
    const asked = new Map();
    const [reads, sending] = [line(target), line(sends)];
    inner.on('message', (data) => {
      const text = data.toString();
      if (text.includes('eth_sendRawTransaction')) {
        sending.pass(text);
        return;
      }
      asked.set(JSON.parse(text).id, text);
      reads.pass(lies.ask(text));
    });
    reads.socket.on('message', (data) => {
      const text = data.toString();
      inner.send(lies.twist(asked.get(JSON.parse(text).id) ?? '', text));
    });
    sending.socket.on('message', (data) => inner.send(data.toString()));
    const all = [inner, reads.socket, sending.socket];
    for (const one of all) {
      one.on('close', () => all.forEach((other) => other.terminate()));
      one.on('error', () => all.forEach((other) => other.terminate()));
    }
  });
  await new Promise((done) => { server.on('listening', done); });
  const close = () => { server.clients.forEach((client) => client.terminate()); server.close(); };
  return { lies, url: `ws://127.0.0.1:${server.address().port}`, close };
}

/// Every mention of one address becomes another.
export const replaced = (text, from, to) => text.replace(new RegExp(from.slice(2), 'gi'), to.slice(2).toLowerCase());
