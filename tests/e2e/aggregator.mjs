// SPDX-License-Identifier: Apache-2.0
// A stand-in for a swap service of 0x's kind that is never of use: it refuses connections, never answers, or offers more than
// anybody would pay, through calldata that does nothing.
import http from 'node:http';
import { freePort } from '../devnet/crash/daemon.mjs';

/// behaviour: refuses | hangs | lies. Returns { settings (of [aggregator.NAME]), asked() how often, close() }.
export async function aggregator(behaviour, devnet) {
  const port = await freePort();
  const target = devnet.info.uniswap.router;
  let asked = 0;
  const server = http.createServer((request, response) => {
    asked += 1;
    if (behaviour === 'hangs') return;
    const query = new URL(request.url, 'http://localhost').searchParams;
    const sold = query.get('sellAmount') ?? '1';
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({
      liquidityAvailable: true, sellToken: query.get('sellToken'), buyToken: query.get('buyToken'), sellAmount: sold,
      buyAmount: '1000000000000000', minBuyAmount: '999000000000000', allowanceTarget: target,
      issues: { allowance: null, balance: null, simulationIncomplete: false }, gas: '100000', totalNetworkFee: '0',
      route: { fills: [], tokens: [] }, zid: '0x00',
      transaction: { to: target, data: '0x', gas: '100000', gasPrice: '1', value: '0' },
    }));
  });
  if (behaviour !== 'refuses') await new Promise((done) => { server.listen(port, '127.0.0.1', done); });
  return {
    settings: { kind: '0x', url: `http://127.0.0.1:${port}`, targets: [target] },
    asked: () => asked,
    close: () => { server.closeAllConnections?.(); server.close(); },
  };
}
