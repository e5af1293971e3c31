// SPDX-License-Identifier: Apache-2.0
// Morpho Blue, compiled from its npm sources, with our own rate model and oracle (see contracts/), and markets in which third
// parties supply and borrow.
import { encodeAbiParameters, keccak256 } from 'viem/utils';
import { units } from './market.mjs';

const ZERO = '0x0000000000000000000000000000000000000000';
const MAX = 2n ** 256n - 1n;
const WAD = 10n ** 18n;

/// lltv and fee of 1e18; amounts in whole tokens. `price`: of an oracle that has only price(), settable by anyone, in loan
/// tokens per collateral token; without it the feeds of both tokens are combined.
export const MORPHO_MARKETS = [
  { name: 'weth-usdc', collateral: 'WETH', loan: 'USDC', lltv: 86n * WAD / 100n, fee: WAD / 10n,
    supply: 20_000_000, pledged: 300_000, debt: 17_000_000 },
  { name: 'wsteth-weth', collateral: 'wstETH', loan: 'WETH', lltv: 945n * WAD / 1000n, fee: 0n, price: '1.15',
    supply: 10_000, pledged: 8_000, debt: 7_000 },
];

export const paramsOf = ({ loan_token, collateral_token, oracle, irm, lltv }) =>
  ({ loanToken: loan_token, collateralToken: collateral_token, oracle, irm, lltv: BigInt(lltv) });

/// The id of a market: the hash of its five words.
export function marketId(params) {
  const words = [params.loanToken, params.collateralToken, params.oracle, params.irm, params.lltv];
  return keccak256(encodeAbiParameters(['address', 'address', 'address', 'address', 'uint256']
    .map((type) => ({ type })), words));
}

async function deployOracle(chain, from, spec, reserves, feeds) {
  const [base, quote] = [reserves[spec.collateral], reserves[spec.loan]];
  if (spec.price !== undefined) {
    const oracle = await chain.deploy(from, 'OracleMock');
    const price = units(spec.price, 36 + quote.decimals - base.decimals);
    await chain.at('OracleMock', oracle).write(from, 'setPrice', [price]);
    return oracle;
  }
  return chain.deploy(from, 'MorphoChainlinkOracleV2', [
    ZERO, 1n, feeds[spec.collateral].source, ZERO, BigInt(base.decimals),
    ZERO, 1n, feeds[spec.loan].source, ZERO, BigInt(quote.decimals),
  ]);
}

async function provide(chain, morpho, params, spec, reserves, { supplier, borrower }) {
  const give = async (account, symbol, amount) => {
    const { address, contract, decimals } = reserves[symbol];
    const value = units(amount, decimals);
    await chain.at(contract, address).write(account, 'mint', [account, value]);
    await chain.at(contract, address).write(account, 'approve', [morpho.address, MAX]);
    return value;
  };
  const supplied = await give(supplier, spec.loan, spec.supply);
  await morpho.write(supplier, 'supply', [params, supplied, 0n, supplier, '0x']);
  const pledged = await give(borrower, spec.collateral, spec.pledged);
  await morpho.write(borrower, 'supplyCollateral', [params, pledged, borrower, '0x']);
  const debt = units(spec.debt, reserves[spec.loan].decimals);
  await morpho.write(borrower, 'borrow', [params, debt, 0n, borrower, borrower]);
}

/// { morpho, irm, fee_recipient, markets: { name: { id, loan_token, collateral_token, oracle, irm, lltv, ... } } }
export async function deployMorpho(chain, who, reserves, feeds, feeRecipient) {
  const owner = who.deployer;
  const morpho = chain.at('Morpho', await chain.deploy(owner, 'Morpho', [owner]));
  const irm = await chain.deploy(owner, 'AdaptiveCurveIrm', [morpho.address]);
  await morpho.write(owner, 'enableIrm', [irm]);
  await morpho.write(owner, 'enableIrm', [ZERO]);
  await morpho.write(owner, 'setFeeRecipient', [feeRecipient]);
  const markets = {};
  for (const spec of MORPHO_MARKETS) {
    const oracle = await deployOracle(chain, owner, spec, reserves, feeds);
    const params = { loanToken: reserves[spec.loan].address, collateralToken: reserves[spec.collateral].address, oracle, irm,
      lltv: spec.lltv };
    await morpho.write(owner, 'enableLltv', [spec.lltv]);
    await morpho.write(owner, 'createMarket', [params]);
    if (spec.fee !== 0n) await morpho.write(owner, 'setFee', [params, spec.fee]);
    await provide(chain, morpho, params, spec, reserves, who);
    markets[spec.name] = {
      id: marketId(params), loan: spec.loan, collateral: spec.collateral, loan_token: params.loanToken,
      collateral_token: params.collateralToken, oracle, oracle_kind: spec.price === undefined ? 'feeds' : 'plain', irm,
      lltv: String(spec.lltv),
    };
  }
  return { morpho: morpho.address, irm, owner, fee_recipient: feeRecipient, markets };
}
