// SPDX-License-Identifier: Apache-2.0
// Our rate model and our oracle against what the real ones were recorded to answer, and the markets that stand on them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { encodeAbiParameters, keccak256 } from 'viem/utils';
import { marketId, paramsOf } from '../deploy/morpho.mjs';
import { hex } from '../lib/rpc.mjs';

const ZERO = '0x0000000000000000000000000000000000000000';
const vectors = (name) =>
  JSON.parse(gunzipSync(readFileSync(new URL(`../../data/morpho/${name}.json.gz`, import.meta.url))).toString('utf8'));

export async function checkMarkets({ chain, info }) {
  const morpho = chain.at('Morpho', info.morpho.morpho);
  for (const [name, market] of Object.entries(info.morpho.markets)) {
    assert.equal(marketId(paramsOf(market)), market.id);
    const [loan, collateral, oracle, irm, lltv] = await morpho.read('idToMarketParams', [market.id]);
    assert.deepEqual([loan, collateral, oracle, irm, String(lltv)],
      [market.loan_token, market.collateral_token, market.oracle, market.irm, market.lltv], name);
    const totals = await morpho.read('market', [market.id]);
    assert.ok(totals[0] > totals[2] && totals[2] > 0n, name);
  }
}

/// Rates of the recorded contracts and of the SDK: the stored rate is put into the slot of the mapping.
export async function checkRates({ chain, info }) {
  const owner = info.accounts[0].address;
  const irm = chain.at('AdaptiveCurveIrm', await chain.deploy(owner, 'AdaptiveCurveIrm', [info.morpho.morpho]));
  const params = { loanToken: ZERO, collateralToken: ZERO, oracle: ZERO, irm: irm.address, lltv: 0n };
  const slot = keccak256(encodeAbiParameters([{ type: 'bytes32' }, { type: 'uint256' }], [marketId(params), 0n]));
  const cases = vectors('contract-vectors').accrue
    .map((v) => ({ ...v, elapsed: BigInt(v.now) - BigInt(v.lastUpdate), average: v.avgRate }))
    .concat(vectors('sdk-vectors').rates.slice(0, 100));
  for (const { tsa, tba, rateAtTarget, elapsed, average } of cases) {
    const word = hex(BigInt(rateAtTarget)).slice(2).padStart(64, '0');
    await chain.rpc.call('anvil_setStorageAt', [irm.address, slot, `0x${word}`]);
    const { timestamp } = await chain.head();
    const totals = { totalSupplyAssets: BigInt(tsa), totalSupplyShares: 0n, totalBorrowAssets: BigInt(tba),
      totalBorrowShares: 0n, lastUpdate: BigInt(timestamp) - BigInt(elapsed), fee: 0n };
    assert.equal(await irm.read('borrowRateView', [params, totals]), BigInt(average), `${tsa} ${tba} ${elapsed}`);
  }
}

/// SCALE_FACTOR and price() by the formula in big integers, the product of 512 bits included.
export async function checkOracle({ chain, info }) {
  const owner = info.accounts[0].address;
  const feed = (answer, decimals) => chain.deploy(owner, 'PriceAggregator', [decimals, 'a feed', answer]);
  for (const [b1, b2, q1, baseDecimals, quoteDecimals] of [
    [[200_012_345_678n, 8], [1_150_000_000_000_000_007n, 18], [99_987_654n, 8], 18n, 6n],
    [[1n, 8], [1n, 18], [10n ** 12n, 8], 18n, 18n],
    [[10n ** 30n, 18], [10n ** 40n, 18], [10n ** 38n, 18], 6n, 18n],
  ]) {
    const feeds = [];
    for (const [answer, decimals] of [b1, b2, q1]) feeds.push(await feed(answer, decimals));
    const oracle = chain.at('MorphoChainlinkOracleV2', await chain.deploy(owner, 'MorphoChainlinkOracleV2', [
      ZERO, 1n, feeds[0], feeds[1], baseDecimals, ZERO, 1n, feeds[2], ZERO, quoteDecimals]));
    const scale = 10n ** (36n + quoteDecimals + BigInt(q1[1]) - baseDecimals - BigInt(b1[1] + b2[1]));
    assert.equal(await oracle.read('SCALE_FACTOR'), scale);
    assert.equal(await oracle.read('price'), (scale * b1[0] * b2[0]) / q1[0]);
  }
  const negative = await feed(-1n, 8);
  const broken = chain.at('MorphoChainlinkOracleV2', await chain.deploy(owner, 'MorphoChainlinkOracleV2', [
    ZERO, 1n, negative, ZERO, 18n, ZERO, 1n, ZERO, ZERO, 6n]));
  await assert.rejects(broken.read('price'), /negative answer/);
}
