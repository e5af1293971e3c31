// SPDX-License-Identifier: Apache-2.0
// A stand-in for a service that signs as Web3Signer does: JSON-RPC by HTTPS for clients with a certificate, keys of viem.
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { privateKeyToAccount } from 'viem/accounts';
import { freePort } from '../devnet/crash/daemon.mjs';

const number = (text) => Number(BigInt(text));

function transactionOf({ to, gas, maxFeePerGas, maxPriorityFeePerGas, value, data, nonce, chainId }) {
  return {
    type: 'eip1559', to, data, value: BigInt(value), gas: BigInt(gas), nonce: number(nonce), chainId: number(chainId),
    maxFeePerGas: BigInt(maxFeePerGas), maxPriorityFeePerGas: BigInt(maxPriorityFeePerGas),
  };
}

/// What it makes of the transaction that it is asked to sign.
const BEHAVIOURS = {
  honest: (transaction) => transaction,
  dearer: (transaction) => ({ ...transaction, value: transaction.value + 1n }),
  elsewhere: (transaction) => ({ ...transaction, to: '0x000000000000000000000000000000000000dEaD' }),
  again: (transaction) => ({ ...transaction, nonce: transaction.nonce + 1 }),
  legacy: ({ maxFeePerGas, maxPriorityFeePerGas, ...rest }) => ({ ...rest, type: 'legacy', gasPrice: maxFeePerGas }),
};

export class SigningService {
  /// keys: private keys; authority and files: certificates.mjs.
  static async open(keys, authority, files) {
    const service = new SigningService();
    service.accounts = new Map(keys.map((key) => privateKeyToAccount(key)).map((account) => [account.address.toLowerCase(), account]));
    service.port = await freePort();
    service.tls = {
      key: readFileSync(files.key), cert: readFileSync(files.certificate), ca: readFileSync(authority.ca),
      requestCert: true, rejectUnauthorized: true,
    };
    service.asked = [];
    service.behaviour = 'honest';
    await service.start();
    return service;
  }

  get url() {
    return `https://127.0.0.1:${this.port}`;
  }

  async start() {
    this.server = https.createServer(this.tls, (request, response) => {
      const parts = [];
      request.on('data', (part) => parts.push(part));
      request.on('end', () => this.answer(request, JSON.parse(Buffer.concat(parts)), response));
    });
    await new Promise((done) => { this.server.listen(this.port, '127.0.0.1', done); });
  }

  async answer(request, { id, method, params }, response) {
    const reply = (content) => response.end(JSON.stringify({ jsonrpc: '2.0', id, ...content }));
    response.setHeader('content-type', 'application/json');
    if (method === 'eth_accounts') return reply({ result: [...this.accounts.keys()] });
    if (method !== 'eth_signTransaction') return reply({ error: { code: -32601, message: `no ${method} here` } });
    this.asked.push({ ...params[0], client: request.socket.getPeerCertificate().subject?.CN });
    if (this.behaviour === 'hangs') return undefined;
    if (this.behaviour === 'locked') return reply({ error: { code: -32000, message: 'the vault is locked' } });
    const account = this.accounts.get(params[0].from.toLowerCase());
    if (account === undefined) return reply({ error: { code: -32000, message: 'no such key' } });
    return reply({ result: await account.signTransaction(BEHAVIOURS[this.behaviour](transactionOf(params[0]))) });
  }

  async stop() {
    this.server.closeAllConnections();
    await new Promise((done) => { this.server.close(done); });
  }
}
