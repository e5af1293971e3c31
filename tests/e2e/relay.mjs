// SPDX-License-Identifier: Apache-2.0
// A stand-in for a relay of private transactions, after Flashbots' documentation: signed requests, eth_sendPrivateTransaction,
// eth_sendBundle and the status of a transaction. It builds blocks of its own only when told.
import http from 'node:http';
import { keccak256, parseTransaction, recoverMessageAddress, stringToBytes } from 'viem';
import { freePort } from '../devnet/crash/daemon.mjs';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/// behaviour: 'takes'; 'refuses' (403); 'lies' (another hash); 'hangs'.
export class Relay {
  static async open(devnet) {
    const relay = new Relay();
    Object.assign(relay, { devnet, behaviour: 'takes', received: [], identities: new Set(), methods: new Set(), states: new Map(), faults: [] });
    relay.port = await freePort();
    relay.server = http.createServer((request, response) => {
      const parts = [];
      request.on('data', (part) => parts.push(part));
      request.on('end', () => relay.answer(request, Buffer.concat(parts).toString(), response));
    });
    await relay.start();
    return relay;
  }

  async start() {
    await new Promise((done) => { this.server.listen(this.port, '127.0.0.1', done); });
  }

  settings = (more = {}) => ({
    kind: 'private-transaction', url: `http://127.0.0.1:${this.port}/`, status_url: `http://127.0.0.1:${this.port}/tx/`, deadline: '1s', ...more,
  });

  async answer(request, body, response) {
    if (this.behaviour === 'hangs') return;
    response.setHeader('content-type', 'application/json');
    if (request.method === 'GET') {
      response.end(JSON.stringify(this.statusOf(request.url.replace('/tx/', ''))));
      return;
    }
    const { id, method, params } = JSON.parse(body);
    const reply = (content, status = 200) => { response.statusCode = status; response.end(JSON.stringify({ jsonrpc: '2.0', id, ...content })); };
    const [address, signature] = (request.headers['x-flashbots-signature'] ?? ':').split(':');
    const signer = signature === '' ? null : await recoverMessageAddress({ message: keccak256(stringToBytes(body)), signature });
    if (signer === null || signer !== address || this.behaviour === 'refuses') {
      if (signer !== address) this.faults.push('a request is not signed by whom it names');
      reply({ error: { code: -32600, message: 'invalid X-Flashbots-Signature' } }, 403);
      return;
    }
    this.identities.add(signer);
    this.methods.add(method);
    const taken = { eth_sendPrivateTransaction: () => this.alone(params), eth_sendBundle: () => this.bundle(params) }[method];
    if (taken === undefined) {
      reply({ error: { code: -32601, message: `the method ${method} does not exist` } });
      return;
    }
    reply({ result: await taken() });
  }

  async take(raw, more) {
    const hash = keccak256(raw);
    const head = (await this.devnet.chain.head()).number;
    this.received.push({ raw, hash, head, ...parseTransaction(raw), ...more });
    if (!this.states.has(hash)) this.states.set(hash, { status: 'PENDING' });
    return hash;
  }

  async alone([{ tx, maxBlockNumber, preferences }]) {
    const hash = await this.take(tx, { last: Number(maxBlockNumber) });
    if (preferences?.fast !== true) this.faults.push('not to all builders');
    return this.behaviour === 'lies' ? keccak256('0x00') : hash;
  }

  async bundle([{ txs, blockNumber, replacementUuid }]) {
    if (txs.length !== 1 || !UUID.test(replacementUuid)) this.faults.push(`a bundle of ${txs.length}, ${replacementUuid}`);
    const hash = await this.take(txs[0], { target: Number(blockNumber), uuid: replacementUuid });
    return { bundleHash: keccak256(hash) };
  }

  statusOf(hash) {
    return { hash, maxBlockNumber: 0, transaction: {}, fastMode: true, seenInMempool: false, ...(this.states.get(hash) ?? { status: 'UNKNOWN' }) };
  }

  /// The transaction is in the next block, and nobody saw it before.
  async include({ raw, hash }) {
    await this.devnet.chain.rpc.call('eth_sendRawTransaction', [raw]);
    await this.devnet.chain.mine();
    this.states.set(hash, { status: 'INCLUDED' });
  }

  async stop() {
    this.server.closeAllConnections();
    if (this.server.listening) await new Promise((done) => { this.server.close(done); });
  }
}
