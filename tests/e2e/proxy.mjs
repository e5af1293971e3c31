// SPDX-License-Identifier: Apache-2.0
// A TCP proxy before a node, which can be cut, fall silent or slow down.
import net from 'node:net';

/// Returns { port, cut(): refuses and resets from now on, mute(): keeps connections and passes nothing on, restore(),
/// connections() so far, close() }.
export async function proxy(target) {
  const { hostname, port: targetPort } = new URL(target);
  const open = new Set();
  let state = 'open';
  let taken = 0;
  const server = net.createServer((inner) => {
    if (state === 'cut') return inner.resetAndDestroy();
    taken += 1;
    const outer = net.connect(Number(targetPort), hostname);
    const pair = [inner, outer];
    open.add(pair);
    const end = () => { open.delete(pair); for (const socket of pair) socket.destroy(); };
    for (const [from, to] of [[inner, outer], [outer, inner]]) {
      from.on('data', (data) => { if (state !== 'mute') to.write(data); });
      from.on('error', end);
      from.on('close', end);
    }
  });
  await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
  const cut = () => {
    state = 'cut';
    for (const [inner, outer] of open) { inner.resetAndDestroy(); outer.destroy(); }
    open.clear();
  };
  return {
    port: server.address().port,
    cut,
    mute: () => { state = 'mute'; },
    restore: () => { state = 'open'; },
    connections: () => taken,
    close: () => { cut(); server.close(); },
  };
}
