// SPDX-License-Identifier: Apache-2.0
// The eight toxics of Shopify's toxiproxy, by the same names and meanings, on a TCP proxy before a node. Each may be put on and
// taken off while connections stand, and works on both directions.
import net from 'node:net';

/// A seeded generator (mulberry32): a run can be repeated.
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const sleep = (ms) => new Promise((done) => { setTimeout(done, ms); });

/// One direction of one connection: chunks in order, each treated by the toxic that is on when its turn comes.
class Pipe {
  constructor(proxy, from, to, end) {
    Object.assign(this, { proxy, from, to, end, queue: [], passed: 0, busy: false });
    from.on('data', (data) => {
      this.queue.push({ data, at: Date.now() });
      if (this.queue.length > 64) from.pause();
      this.drain();
    });
  }

  async drain() {
    if (this.busy) return;
    this.busy = true;
    while (this.queue.length > 0 && !this.to.destroyed) {
      await this.pass(this.queue.shift());
      if (this.queue.length < 16) this.from.resume();
    }
    this.busy = false;
  }

  async pass({ data, at: came }) {
    const { toxic, next } = this.proxy;
    switch (toxic.type) {
      case 'latency':
        await sleep(Math.max(0, came + toxic.latency + next() * (toxic.jitter ?? 0) - Date.now()));
        return this.write(data);
      case 'bandwidth':  // rate in KB/s
        for (let at = 0; at < data.length; at += 512) {
          this.write(data.subarray(at, at + 512));
          await sleep(512 / toxic.rate);
        }
        return undefined;
      case 'slicer':
        for (let at = 0; at < data.length;) {
          const size = 1 + Math.floor(next() * toxic.average_size * 2);
          this.write(data.subarray(at, at + size));
          at += size;
          await sleep(toxic.delay);
        }
        return undefined;
      case 'limit_data':
        this.write(data.subarray(0, Math.max(0, toxic.bytes - this.passed)));
        if (this.passed >= toxic.bytes) this.end(false);
        return undefined;
      case 'timeout':  // nothing passes; the connection is closed after a while
        await sleep(toxic.timeout);
        return this.end(false);
      case 'reset_peer':
        await sleep(toxic.timeout);
        return this.end(true);
      case 'garbage': {
        const bad = Buffer.from(data);
        for (let i = 0; i < bad.length; ++i) if (next() < toxic.share) bad[i] = Math.floor(next() * 256);
        return this.write(bad);
      }
      default:
        return this.write(data);
    }
  }

  write(data) {
    if (data.length === 0 || this.to.destroyed) return;
    this.passed += data.length;
    this.to.write(data);
  }
}

/// { port, set(toxic): from now on, clear(), connections(): so far, close() }. A toxic is { type, ... } as above; slow_close has a
/// delay before a close is passed on.
export async function toxicProxy(target, seed) {
  const { hostname, port } = new URL(target);
  const proxy = { toxic: { type: 'none' }, next: random(seed) };
  const open = new Set();
  let taken = 0;
  const server = net.createServer((inner) => {
    taken += 1;
    const outer = net.connect(Number(port), hostname);
    let ended = false;
    const end = async (reset) => {
      if (ended) return;
      ended = true;
      if (proxy.toxic.type === 'slow_close') await sleep(proxy.toxic.delay);
      open.delete(end);
      if (reset) inner.resetAndDestroy(); else inner.destroy();
      outer.destroy();
    };
    open.add(end);
    for (const socket of [inner, outer]) {
      socket.setNoDelay(true);
      socket.on('error', () => end(false));
      socket.on('close', () => end(false));
    }
    new Pipe(proxy, inner, outer, end);
    new Pipe(proxy, outer, inner, end);
  });
  await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
  return {
    port: server.address().port,
    set: (toxic) => { proxy.toxic = toxic; },
    /// Ends every connection as a node does that restarts.
    drop: () => { for (const end of [...open]) end(false); },
    clear: () => { proxy.toxic = { type: 'none' }; },
    connections: () => taken,
    close: () => {
      proxy.toxic = { type: 'none' };
      for (const end of [...open]) end(true);
      server.close();
    },
  };
}
