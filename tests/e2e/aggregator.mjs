// SPDX-License-Identifier: Apache-2.0
// A stand-in for a swap service of 0x's kind. It refuses connections, never answers, offers more than anybody would pay through
// calldata that does nothing, or knows one pool and sells there.
import http from 'node:http';
import { freePort } from '../devnet/crash/daemon.mjs';
import { encode } from '../devnet/lib/contracts.mjs';

/// Through SwapRouter02 in one pool, quoted by the real QuoterV2. Nothing when the pair is not the pool's.
async function honest(devnet, pool, { sellToken, buyToken, sellAmount, taker, slippageBps }) {
  const { quoter, router_02: target } = devnet.info.uniswap;
  const amount = BigInt(sellAmount);
  const pair = [pool.token0, pool.token1].map((symbol) => devnet.info.aave.reserves[symbol].address.toLowerCase());
  if (![sellToken, buyToken].every((token) => pair.includes(token.toLowerCase()))) return null;
  const [out] = await devnet.chain.at('QuoterV2', quoter).read('quoteExactInputSingle', [
    { tokenIn: sellToken, tokenOut: buyToken, amountIn: amount, fee: pool.fee, sqrtPriceLimitX96: 0n }]);
  const min = (out * (10_000n - BigInt(slippageBps))) / 10_000n;
  const data = encode('SwapRouter02', 'exactInputSingle', [{
    tokenIn: sellToken, tokenOut: buyToken, fee: pool.fee, recipient: taker, amountIn: amount, amountOutMinimum: min,
    sqrtPriceLimitX96: 0n }]);
  return { target, out, min, data };
}

/// behaviour: refuses | hangs | lies, or { pool } to sell in. Returns { settings (of [aggregator.NAME]), asked() how often,
/// close() }.
export async function aggregator(behaviour, devnet) {
  const port = await freePort();
  const { router, router_02: router02 } = devnet.info.uniswap;
  let asked = 0;
  const server = http.createServer(async (request, response) => {
    asked += 1;
    if (behaviour === 'hangs') return;
    const query = Object.fromEntries(new URL(request.url, 'http://localhost').searchParams);
    const offer = behaviour === 'lies'
      ? { target: router, out: 1_000_000_000_000_000n, min: 999_000_000_000_000n, data: '0x' }
      : await honest(devnet, behaviour.pool, query);
    response.setHeader('content-type', 'application/json');
    if (offer === null) return response.end(JSON.stringify({ liquidityAvailable: false, zid: '0x00' }));
    response.end(JSON.stringify({
      liquidityAvailable: true, sellToken: query.sellToken, buyToken: query.buyToken, sellAmount: query.sellAmount,
      buyAmount: String(offer.out), minBuyAmount: String(offer.min), allowanceTarget: offer.target,
      issues: { allowance: null, balance: null, simulationIncomplete: false }, gas: '100000', totalNetworkFee: '0',
      route: { fills: [], tokens: [] }, zid: '0x00',
      transaction: { to: offer.target, data: offer.data, gas: '100000', gasPrice: '1', value: '0' },
    }));
  });
  if (behaviour !== 'refuses') await new Promise((done) => { server.listen(port, '127.0.0.1', done); });
  return {
    settings: { kind: '0x', url: `http://127.0.0.1:${port}`, targets: [behaviour.pool ? router02 : router] },
    asked: () => asked,
    close: () => { server.closeAllConnections?.(); server.close(); },
  };
}
