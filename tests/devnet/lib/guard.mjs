// SPDX-License-Identifier: Apache-2.0
// Accounts under a guard: policies, and the rights that each kind of account gives it.
import { privateKeyToAccount } from 'viem/accounts';
import { enableModule, safeWrite } from '../deploy/safe.mjs';
import { MAX, ONE, reserveOf } from './aave.mjs';
import { encode } from './contracts.mjs';

const YEAR = 365 * 24 * 3600;
export const ACCESS = { allowance: 0, self: 1, module: 2 };
const AAVE = 0;
const MORPHO = 1;

/// IGuard.Market of the Aave market, or of a Morpho market by its name.
export function guardMarket({ info }, morphoMarket) {
  return morphoMarket === undefined
    ? { protocol: AAVE, entry: info.aave.addresses_provider, id: `0x${'0'.repeat(64)}` }
    : { protocol: MORPHO, entry: info.morpho.morpho, id: info.morpho.markets[morphoMarket].id };
}

/// A policy for assets by symbol. Everything can be replaced.
export function policy(devnet, { guardian, access, collaterals, debts, ...more }) {
  const { uniswap, morpho } = devnet.info;
  const addresses = (symbols) => symbols.map((symbol) => reserveOf(devnet, symbol).address);
  return {
    guardian,
    access: ACCESS[access],
    expiry: Math.floor(Date.now() / 1000) + YEAR,
    cooldown: 0,
    maxLossBps: 100,
    mayClose: false,
    trigger: (ONE * 122n) / 100n,
    floor: (ONE * 102n) / 100n,
    ceiling: (ONE * 160n) / 100n,
    valuePerDay: 10n ** 14n,
    collaterals: addresses(collaterals),
    debts: addresses(debts),
    venues: [uniswap.router, morpho.morpho, ...uniswap.pools.map(({ address }) => address)],
    ...more,
  };
}

/// Writes of the account, whoever it is: a plain or delegated EOA itself, or a Safe through its owner.
export function writeAs(devnet, { address, owner }, name, to, functionName, args, options = {}) {
  return owner === undefined
    ? devnet.chain.at(name, to).write(address, functionName, args, options)
    : safeWrite(devnet, address, owner, to, encode(name, functionName, args), options);
}

/// EIP-7702: the account's code becomes the guard's. Somebody else sends it: the node counts the nonces of what it has pooled, and
/// the authorization takes one that was in no transaction.
export async function delegate({ chain, info }, { address, private_key: key }, target) {
  const nonceOf = async (who) => Number(await chain.rpc.call('eth_getTransactionCount', [who, 'pending']));
  const sponsor = info.accounts[0];
  const authorization = await privateKeyToAccount(key).signAuthorization(
    { contractAddress: target, chainId: info.chain_id, nonce: await nonceOf(address) });
  const raw = await privateKeyToAccount(sponsor.private_key).signTransaction({
    type: 'eip7702', chainId: info.chain_id, nonce: await nonceOf(sponsor.address), to: info.accounts[1].address, value: 0n,
    gas: 200_000n, maxFeePerGas: 3000n * 10n ** 9n, maxPriorityFeePerGas: 10n ** 9n, authorizationList: [authorization],
  });
  const receipt = await chain.receipt(await chain.rpc.call('eth_sendRawTransaction', [raw]));
  const code = await chain.rpc.call('eth_getCode', [address, 'latest']);
  if (receipt.status !== '0x1' || code.toLowerCase() !== `0xef0100${target.slice(2).toLowerCase()}`) {
    throw new Error(`${address} was not delegated to ${target}`);
  }
}

/// Where the account's policies are and plans go: the guard, or the account that runs its code.
export const seatOf = ({ info }, { address, access }) => (access === 'self' ? address : info.guard);

/// What the account does once: gives the guard its rights and sets the policy.
/// account: { address, private_key, owner (of a Safe), access, morpho (market's name) }; chosen: of policy().
export async function putUnderGuard(devnet, account, chosen) {
  const { guard } = devnet.info;
  const write = (...args) => writeAs(devnet, account, ...args);
  if (account.access === 'self') await delegate(devnet, account, guard);
  if (account.access === 'module') await enableModule(devnet, account.address, account.owner, guard);
  if (account.morpho !== undefined) {
    await write('Morpho', devnet.info.morpho.morpho, 'setAuthorization', [guard, true]);
  } else if (account.access === 'allowance') {
    for (const symbol of chosen.collaterals) await write('AToken', reserveOf(devnet, symbol).a_token, 'approve', [guard, MAX]);
  }
  const market = guardMarket(devnet, account.morpho);
  await write('Guard', seatOf(devnet, account), 'setPolicy', [market, policy(devnet, { access: account.access, ...chosen })]);
  return market;
}

/// Whatever of the known tokens, receipts and debts included, lies in the guard or its swapper, and every allowance that they gave.
export async function leftovers(devnet, holders = [devnet.info.guard, devnet.info.swapper]) {
  const { chain, info } = devnet;
  const tokens = Object.entries(info.aave.reserves).flatMap(([symbol, reserve]) =>
    [[symbol, reserve.address], [`a${symbol}`, reserve.a_token]]);
  const spenders = [info.aave.pool, info.uniswap.router, info.morpho.morpho, ...info.uniswap.pools.map(({ address }) => address)];
  const found = [];
  for (const holder of holders.filter((address) => address !== undefined)) {
    for (const [symbol, address] of tokens) {
      const asks = [['balanceOf', [holder]], ...spenders.map((spender) => ['allowance', [holder, spender]])];
      const answers = await chain.rpc.batch(asks.map(([name, args]) =>
        ['eth_call', [{ to: address, data: encode('MintableERC20', name, args) }, 'latest']]));
      answers.forEach((answer, i) => {
        if (BigInt(answer) !== 0n) found.push(`${holder} ${asks[i][0]} ${symbol} ${asks[i][1].slice(1)}: ${BigInt(answer)}`);
      });
    }
  }
  return found;
}
