// SPDX-License-Identifier: Apache-2.0
// The guardian's key in the wrong hands: whatever it submits reverts and moves nothing, or rescues within the policy. On a local
// chain with the real contracts; no daemon takes part.
import assert from 'node:assert/strict';
import { decodeErrorResult, encodeFunctionData, parseAbi } from 'viem/utils';
import { MAX, mint } from '../devnet/lib/aave.mjs';
import { artifact, encode } from '../devnet/lib/contracts.mjs';
import { setPrice } from '../devnet/lib/feeds.mjs';
import { leftovers, seatOf } from '../devnet/lib/guard.mjs';
import { LENDER, loan, plan, repayWithLoan, sale, step, submitPlan } from '../devnet/lib/plans.mjs';
import { alignPools, oraclePrices, poolOfPair } from '../devnet/lib/pools.mjs';
import { FALLEN, GuardStage } from './guard_stage.mjs';

const SOLD = 30n * 10n ** 18n;
const REPAID = 5_200_000_000n;  // somewhat less than the sale brings at 178 dollars
const PERMIT2 = '0x000000000022D473030F116dDEE9F6B43aC78BA3';
const COMMON = { way: ['WETH', 'USDC'], fees: [500] };

const stage = await GuardStage.open();
const { devnet } = stage;
const stranger = devnet.info.accounts[30].address;
const { guard, swapper, aave, morpho } = devnet.info;

/// The name of the guard's error, or the text of another one.
function nameOf(error) {
  const data = /reverted: (0x[0-9a-f]*)/.exec(error.message)?.[1];
  if (data === undefined) return error.message;
  try {
    return decodeErrorResult({ abi: artifact('Guard').abi, data }).errorName;
  } catch {
    return data;
  }
}

const everything = async (wallet) => ({
  balances: await stage.balances(wallet), pocket: await stage.pocket(wallet),
  guardian: await stage.pocket({ address: wallet.guardian.address }), stranger: await stage.pocket({ address: stranger }),
});

/// Interest grows by the second: what is owed and supplied may, nothing else.
function assertUntouched(before, after, what) {
  for (const place of ['pocket', 'guardian', 'stranger']) assert.deepEqual(after[place], before[place], what);
  for (const [symbol, amount] of Object.entries(before.balances.supply)) assert(after.balances.supply[symbol] >= amount, what);
  for (const [symbol, amount] of Object.entries(before.balances.borrow)) {
    assert(after.balances.borrow[symbol] >= amount && after.balances.borrow[symbol] < amount + amount / 1_000_000n + 2n, what);
  }
}

let passed = 0;
async function refused(wallet, what, expected, chosen, from) {
  const before = await everything(wallet);
  let told = null;
  try {
    await submitPlan(devnet, wallet, chosen, from);
  } catch (error) {
    told = nameOf(error);
  }
  assert.notEqual(told, null, `${what}: it went through`);
  assert(expected.includes(told), `${what}: ${told} and not ${expected.join(' or ')}`);
  assertUntouched(before, await everything(wallet), what);
  passed += 1;
  console.log(`ok   ${what}: ${told}`);
}

const withSwap = (wallet, more) => {
  const honest = repayWithLoan(devnet, wallet, { ...COMMON, sell: SOLD, repay: REPAID });
  honest.steps[2] = { ...honest.steps[2], ...more };
  return honest;
};
const to = (wallet, target, data = '0x') => withSwap(wallet, { target, data });
const transfer = (who, amount) => encode('MintableERC20', 'transfer', [who, amount]);
const of = (symbol) => aave.reserves[symbol];

async function targets(wallet) {
  const forbidden = {
    'the token sold': [of('WETH').address, transfer(stranger, SOLD)],
    'an aToken of the account': [of('WETH').a_token, encode('MintableERC20', 'transferFrom', [wallet.address, stranger, SOLD])],
    'the debt token': [of('USDC').variable_debt_token, transfer(stranger, 1n)],
    'the pool': [aave.pool, encode('Pool', 'withdraw', [of('WETH').address, SOLD, stranger])],
    'the guard': [guard, encode('Guard', 'revokeAll', [])],
    'the account': [wallet.address, '0x'],
    'Permit2': [PERMIT2, '0x'],
    'its swapper': [swapper, '0x'],
    'a contract of its own': [devnet.info.multicall3, '0x'],
  };
  for (const [name, [target, data]] of Object.entries(forbidden)) {
    await refused(wallet, `sale by calling ${name}`, ['TargetNotAllowed'], to(wallet, target, data));
  }
}

async function thefts(wallet) {
  await refused(wallet, 'withdraw and keep', ['HealthNotRaised'], plan(devnet, wallet, [step(devnet, 'withdraw', 'WETH', 10n ** 18n)]));
  await refused(wallet, 'withdraw more than Aave allows', ['TokenCallFailed'], plan(devnet, wallet, [step(devnet, 'withdraw', 'WETH', SOLD)]));
  const stolen = sale(devnet, COMMON.way, COMMON.fees, SOLD, 0n, { recipient: stranger });
  await refused(wallet, 'what is bought goes to a stranger', ['LoanNotCovered'], withSwap(wallet, stolen));
  const half = sale(devnet, COMMON.way, COMMON.fees, SOLD / 2n, 0n);
  const rest = sale(devnet, COMMON.way, COMMON.fees, SOLD / 2n, 0n, { recipient: stranger });
  const partly = plan(devnet, wallet, [
    step(devnet, 'repay', 'USDC', REPAID / 2n), step(devnet, 'withdraw', 'WETH', SOLD), half, rest, step(devnet, 'repay', 'USDC', MAX),
  ], { borrowed: loan(devnet, 'aave', 'USDC', REPAID / 2n) });
  await refused(wallet, 'half of the sale goes to a stranger', ['LossAboveLimit', 'HealthNotRaised'], partly);
  const thin = repayWithLoan(devnet, wallet, { way: ['WETH', 'USDC'], fees: [10000], sell: SOLD, repay: 3_000_000_000n });
  await refused(wallet, 'a sale through a thin pool', ['LossAboveLimit', 'LoanNotCovered'], thin);
}

async function effects(wallet) {
  const much = repayWithLoan(devnet, wallet, { ...COMMON, sell: 60n * 10n ** 18n, repay: 10_400_000_000n });
  await refused(wallet, 'sell far more than is needed', ['HealthAboveCeiling'], much);
  await refused(wallet, 'close the debt', ['ClosingNotAllowed'],
    repayWithLoan(devnet, wallet, { ...COMMON, sell: 75n * 10n ** 18n, repay: 12_600_000_000n }));
  const borrow = plan(devnet, wallet, [step(devnet, 'borrow', 'USDC', 100_000_000n)]);
  await refused(wallet, 'borrow without a delegation of credit', ['Panic'], borrow);
  const debt = devnet.chain.at('VariableDebtToken', of('USDC').variable_debt_token);
  await debt.write(wallet.address, 'approveDelegation', [guard, MAX]);
  await refused(wallet, 'borrow more', ['HealthNotRaised'], borrow);
  await refused(wallet, 'an asset that the policy does not name', ['AssetNotInMarket', 'AssetNotAllowed'],
    plan(devnet, wallet, [step(devnet, 'withdraw', 'WBTC', MAX)]));
  await refused(wallet, 'pull what lies idle of another asset', ['AssetNotInMarket', 'AssetNotAllowed'],
    plan(devnet, wallet, [step(devnet, 'pull', 'WBTC', MAX)]));
  await refused(wallet, 'eMode of an account by allowance', ['ActionNotAvailable'],
    plan(devnet, wallet, [step(devnet, 'setEMode', 'WETH', 2n)]));
}

async function frames(wallet) {
  const honest = () => repayWithLoan(devnet, wallet, { ...COMMON, sell: SOLD, repay: REPAID });
  await refused(wallet, 'a stranger submits an honest plan', ['NotGuardian'], honest(), stranger);
  await refused(wallet, 'a plan whose deadline has passed', ['DeadlinePassed'], { ...honest(), deadline: 1_000 });
  await refused(wallet, 'another account', ['NoPolicy'], { ...honest(), account: stranger });
  await refused(wallet, 'a market of its own', ['NoPolicy'],
    { ...honest(), market: { ...honest().market, entry: devnet.info.multicall3 } });
  await refused(wallet, 'a floor that the plan does not reach', ['HealthBelowFloor'], { ...honest(), floor: 1_590_000_000_000_000_000n });
  const weth = poolOfPair(devnet, 'WETH', 'USDC', 3000).address;
  const lenders = {
    'a lender that is not in the policy': [{ source: devnet.info.multicall3 }, 'LenderNotAllowed', 'TargetNotAllowed'],
    'a token as lender': [{ lender: LENDER.uniswap, source: of('USDC').address }, 'LenderNotAllowed', 'TargetNotAllowed'],
    'a pool as if it were Aave': [{ source: weth }, '0x'],
    'Morpho\'s callback without a position there': [{ lender: LENDER.morphoRepay, source: morpho.morpho }, 'LenderNotAllowed'],
  };
  for (const [name, [more, ...errors]] of Object.entries(lenders)) {
    await refused(wallet, name, errors, { ...honest(), loan: { ...honest().loan, ...more } });
  }
  const unasked = encodeFunctionData({
    abi: parseAbi(['function executeOperation(address, uint256, uint256, address, bytes) returns (bool)']),
    args: [of('USDC').address, 1n, 0n, guard, '0x'],
  });
  await assert.rejects(devnet.chain.send(wallet.guardian.address, seatOf(devnet, wallet), unasked), /reverted/);
  passed += 1;
  console.log('ok   a callback that nobody asked for');
}

/// The guardian trades against its own plan: it moves the pool, submits with a minimum of zero, and would move it back.
async function sandwich(wallet) {
  const prices = await oraclePrices(devnet);
  await alignPools(devnet, { prices: { ...prices, WETH: (prices.WETH * 95n) / 100n } });
  await refused(wallet, 'a sale in a pool that it moved before', ['LossAboveLimit', 'LoanNotCovered'],
    repayWithLoan(devnet, wallet, { ...COMMON, sell: SOLD, repay: (REPAID * 90n) / 100n }));
  await alignPools(devnet);
}

async function afterRescue(wallet) {
  const honest = repayWithLoan(devnet, wallet, { ...COMMON, sell: SOLD, repay: REPAID });
  await submitPlan(devnet, wallet, honest);
  assert((await stage.health(wallet)) > 1_300_000_000_000_000_000n);
  assert.deepEqual(await leftovers(devnet), []);
  passed += 1;
  console.log('ok   an honest plan goes through');
  await refused(wallet, 'a second one within the cool-down', ['CoolingDown'], honest);
  await devnet.chain.warp(3601);
  await refused(wallet, 'H02 a second one that nobody needs', ['HealthNotBelowTrigger'], honest);
  await setPrice(devnet, 'WETH', '148');
  await alignPools(devnet);
  await refused(wallet, 'more than the budget of the day', ['BudgetExceeded'],
    repayWithLoan(devnet, wallet, { ...COMMON, sell: 20n * 10n ** 18n, repay: 2_900_000_000n }));
  await devnet.chain.at('Guard', guard).write(wallet.address, 'revokeAll', []);
  await refused(wallet, 'a plan after the account has revoked', ['NoPolicy'], honest);
}

try {
  const wallet = await stage.wallet({
    supply: { WETH: '100' }, borrow: { USDC: '12500' },
    policy: { cooldown: 3600, valuePerDay: 8_000n * 10n ** 8n },
  });
  await devnet.chain.setAutomine(true);
  await mint(devnet, wallet.address, 'WBTC', '1');
  await setPrice(devnet, 'WETH', FALLEN);
  await alignPools(devnet);
  await targets(wallet);
  await thefts(wallet);
  await effects(wallet);
  await frames(wallet);
  await sandwich(wallet);
  await afterRescue(wallet);
  console.log(`${passed} passed`);
} finally {
  await stage.close();
}
