// SPDX-License-Identifier: Apache-2.0
// `plimsoll guard` against a real chain: deploy, policy (by allowance, by signature, by delegation, for a Safe), status,
// revoke. What the commands say is compared with what the contracts answer.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createSafe, safeWrite } from '../devnet/deploy/safe.mjs';
import { writeKeystore } from '../devnet/crash/keystore.mjs';
import { openPosition, reserveOf } from '../devnet/lib/aave.mjs';
import { startAnvil } from '../devnet/lib/anvil.mjs';
import { startDevnet } from '../devnet/lib/devnet.mjs';
import { guardMarket, seatOf } from '../devnet/lib/guard.mjs';
import { openMorphoPosition } from '../devnet/lib/morpho.mjs';
import { passed, test } from './report.mjs';
import { plimsoll } from './stage.mjs';

const { values } = parseArgs({ options: { plimsoll: { type: 'string' } } });
const MORPHO_MARKET = 'weth-usdc';
const SECRET = { mode: 0o600 };
const DONE = 0;
const USAGE = 2;
const ATTENTION = 6;
const PLAN_FAILED = 7;
const REFUSED = 8;

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-guard-'));
mkdirSync(join(folder, 'data'), { mode: 0o700 });
const keystore = (name, account) => writeKeystore(folder, name, account);
const keyOf = (name) => ['--keystore', join(folder, `${name}.json`), '--passphrase-file', join(folder, `${name}.pass`)];

const wallet = ({ name, address, access, market = 'local' }) => `
[wallet.${name}]
address = "${address}"
guard = "${access}"
signer = { keystore = "${join(folder, 'guardian.json')}", passphrase = { file = "${join(folder, 'guardian.pass')}" } }
[[wallet.${name}.position]]
name = "${name}-aave"
market = "${market}"
warn = "1.30"
trigger = "1.20"
target = "1.45"
strategies = ["repay-with-collateral"]
limits = { max_value_per_day = "50000 USD", max_fee_per_gas = "5000 gwei", cooldown = "5s" }
`;

function configure(info, accounts) {
  const path = join(folder, 'plimsoll.toml');
  writeFileSync(path, `version = 1
[daemon]
data_dir = "${join(folder, 'data')}"
[chain.local]
id = ${info.chain_id}
rpc = ["${info.ws_url}"]
guard = "${info.guard}"
block_time = "1s"
[market.local]
chain = "local"
protocol = "aave-v3"
addresses_provider = "${info.aave.addresses_provider}"
[market.blue]
chain = "local"
protocol = "morpho-blue"
morpho = "${info.morpho.morpho}"
id = "${info.morpho.markets[MORPHO_MARKET].id}"
[router.uniswap]
chain = "local"
kind = "uniswap-v3-02"
address = "${info.uniswap.router_02}"
[lender.morpho]
chain = "local"
kind = "morpho-blue"
address = "${info.morpho.morpho}"
[pool.first]
chain = "local"
kind = "uniswap-v3"
address = "${info.uniswap.pools[0].address}"
${accounts.map(wallet).join('')}`, SECRET);
  return path;
}

const run = (config, ...args) => plimsoll(values.plimsoll, ['--config', config, 'guard', ...args]);
function expect(code, result) {
  assert.equal(result.status, code, `${result.stderr}\n${result.stdout}`);
  return result;
}
const linesOf = ({ stdout }) => JSON.parse(stdout)[0].lines;
const open = (lines) => lines.filter(({ ok }) => !ok).map(({ name }) => name.split(': ')[1]);

const bare = await startAnvil({ chainId: 31337 });
try {
  const config = join(folder, 'bare.toml');
  keystore('payer', bare.accounts[0]);
  writeFileSync(config, `version = 1\n[chain.local]\nid = 31337\nrpc = ["ws://${bare.rpc.url.host}"]\nblock_time = "1s"\n`, SECRET);
  const address = plimsoll(values.plimsoll, ['guard', 'address']).stdout.trim();

  await test('deploy prints what a hardware wallet signs', async () => {
    const [call, ...more] = JSON.parse(expect(DONE, run(config, 'deploy', 'local', '--unsigned')).stdout);
    assert.equal(more.length, 0);
    assert.equal(call.to, '0x4e59b44847b379578588920cA78FbF26c0B4956C');
    assert.equal(call.chainId, 31337);
    assert.equal(await bare.rpc.call('eth_getCode', [address, 'latest']), '0x');
  });

  await test('deploy sends nothing without a yes', async () => {
    const { stderr } = expect(REFUSED, run(config, 'deploy', 'local', ...keyOf('payer')));
    assert.match(stderr, /--yes/);
    assert.equal(await bare.rpc.call('eth_getCode', [address, 'latest']), '0x');
  });

  await test('deploy puts the guard to its address, once', async () => {
    const { stdout } = expect(DONE, run(config, 'deploy', 'local', '--yes', ...keyOf('payer')));
    assert.match(stdout, new RegExp(`guard = "${address}"`));
    assert.notEqual(await bare.rpc.call('eth_getCode', [address, 'latest']), '0x');
    assert.match(expect(DONE, run(config, 'deploy', 'local', '--yes', ...keyOf('payer'))).stdout, /there already/);
    assert.match(expect(USAGE, run(config, 'deploy', 'none', '--unsigned')).stderr, /no chain is named/);
  });
} finally {
  await bare.stop();
}

const devnet = await startDevnet({ prices: { WETH: '200', WBTC: '6000' } });
try {
  const { chain, info } = devnet;
  const [alice, bob, guardian, owner] = info.accounts.slice(10, 14);
  const position = { supply: { WETH: '100' }, borrow: { USDC: '12500' } };
  for (const { address } of [alice, bob]) await openPosition(devnet, address, position);
  keystore('guardian', guardian);
  keystore('alice', alice);
  keystore('bob', bob);
  const safe = await createSafe(devnet, owner.address);
  const accounts = [
    { name: 'alice', address: alice.address, access: 'allowance' },
    { name: 'bob', address: bob.address, access: 'self' },
  ];
  const config = configure(info, accounts);
  const market = guardMarket(devnet);
  const policyOf = (who) => chain.at('Guard', seatOf(devnet, who)).read('policyOf', [who.address, market]);
  const allowance = (who) => chain.at('AToken', reserveOf(devnet, 'WETH').a_token).read('allowance', [who.address, info.guard]);

  await test('check --online holds pools, routers and lenders against the chain', async () => {
    const check = (change = (text) => text) => {
      const path = join(folder, 'checked.toml');
      writeFileSync(path, change(readFileSync(config, 'utf8')), SECRET);
      const lines = JSON.parse(plimsoll(values.plimsoll, ['--config', path, 'check', '--online', '--json']).stdout).lines;
      return (name) => lines.find((line) => line.name === name);
    };
    const { pools, router } = info.uniswap;
    const pool = `address = "${pools[0].address}"`;
    const good = check();
    for (const name of ['router uniswap', 'pool first', 'lender morpho']) assert(good(name).ok, JSON.stringify(good(name)));
    assert(check((text) => text.replace(pool, `${pool}\nreference = "60s"`))('pool first').ok);
    const wrong = (name, problem, from, to) => {
      const line = check((text) => text.replace(from, to))(name);
      assert(!line.ok && problem.test(line.detail), JSON.stringify(line));
    };
    wrong('pool first', /no uniswap-v3 pool answers/, pool, `address = "${reserveOf(devnet, 'WETH').address}"`);
    wrong('pool first', /do not reach back/, pool, `${pool}\nreference = "24h"`);
    wrong('pool first', /no configured router trades in it/, /\[router[^[]*/, `[router.other]
chain = "local"
kind = "uniswap-v2"
address = "${info.uniswap_v2.router}"
`);
    wrong('router uniswap', /no router answers/, info.uniswap.router_02, info.guard);
    wrong('lender morpho', /no morpho-blue answers/, `kind = "morpho-blue"\naddress = "${info.morpho.morpho}"`,
      `kind = "morpho-blue"\naddress = "${router}"`);
  });

  await test('status says what is missing, and how it is mended', async () => {
    const result = expect(ATTENTION, run(config, 'status', 'alice-aave', '--json'));
    const lines = linesOf(result);
    assert.deepEqual(open(lines), ['policy', 'access']);
    assert.equal(lines.find(({ ok }) => !ok).mend, 'plimsoll guard policy alice-aave');
    assert.equal(JSON.parse(result.stdout)[0].genuine, true);
  });

  await test('policy refuses other keys, and asks', async () => {
    assert.match(expect(REFUSED, run(config, 'policy', 'alice-aave')).stderr, /--keystore/);
    assert.match(expect(REFUSED, run(config, 'policy', 'alice-aave', '--yes', ...keyOf('bob'))).stderr, /is the key of/);
    assert.match(expect(REFUSED, run(config, 'policy', 'alice-aave', ...keyOf('alice'))).stderr, /--yes/);
    assert.equal(BigInt((await policyOf(accounts[0])).guardian), 0n);
    assert.equal(await allowance(accounts[0]), 0n);
  });

  await test('policy --unsigned prints the approval and the policy', async () => {
    const calls = JSON.parse(expect(DONE, run(config, 'policy', 'alice-aave', '--unsigned')).stdout);
    assert.deepEqual(calls.map(({ to }) => to), [reserveOf(devnet, 'WETH').a_token, info.guard]);
    assert.equal(BigInt((await policyOf(accounts[0])).guardian), 0n);
  });

  await test('policy that the guard would refuse fails in simulation', async () => {
    const args = ['policy', 'alice-aave', '--unsigned', '--guardian', '0x0000000000000000000000000000000000000000'];
    assert.match(expect(PLAN_FAILED, run(config, ...args)).stderr, /simulation/);
  });

  await test('policy by allowance: written as configured', async () => {
    const result = expect(DONE, run(config, 'policy', 'alice-aave', '--yes', '--json', ...keyOf('alice')));
    assert.equal(JSON.parse(result.stdout).transactions.length, 2);
    assert.match(result.stderr, /acts below +health factor 1\.2/);
    const policy = await policyOf(accounts[0]);
    assert.equal(policy.guardian, guardian.address);
    assert.equal(policy.access, 0);
    assert.equal(policy.trigger, 1200000000000000000n);
    assert.equal(policy.floor, 1000000000000000000n);
    assert.equal(policy.ceiling, 1522500000000000000n);
    assert.equal(policy.maxLossBps, 60);
    assert.equal(policy.cooldown, 5);
    assert.equal(policy.mayClose, false);
    assert.equal(policy.valuePerDay, 5000000000000n);
    assert.deepEqual(policy.collaterals, [reserveOf(devnet, 'WETH').address]);
    assert.deepEqual(policy.debts, [reserveOf(devnet, 'USDC').address]);
    assert.deepEqual(policy.venues, [info.uniswap.router_02, info.morpho.morpho]);
    const days = (policy.expiry - (await chain.head()).timestamp) / 86400;
    assert.ok(days > 89.9 && days <= 90, `${days} days`);
    assert.ok((await allowance(accounts[0])) > 2n ** 200n);
    assert.deepEqual(open(linesOf(expect(DONE, run(config, 'status', 'alice-aave', '--json')))), []);
  });

  await test('status warns two weeks before the end, and of what differs', async () => {
    expect(DONE, run(config, 'policy', 'alice-aave', '--yes', '--days', '10', '--max-loss', '0.3%', ...keyOf('alice')));
    const lines = linesOf(expect(ATTENTION, run(config, 'status', 'alice-aave', '--json')));
    assert.deepEqual(open(lines), ['expiry', 'policy']);
    assert.match(lines.find(({ name }) => name.endsWith('expiry')).detail, /in (9|10) days/);
    assert.match(lines.find(({ name, ok }) => name.endsWith('policy') && !ok).detail, /loss: 0\.30% on chain, 0\.60% configured/);
  });

  await test('revoke ends the policy, and the allowance if asked', async () => {
    expect(DONE, run(config, 'revoke', 'alice-aave', '--yes', '--with-access', ...keyOf('alice')));
    assert.equal(BigInt((await policyOf(accounts[0])).guardian), 0n);
    assert.equal(await allowance(accounts[0]), 0n);
    assert.match(expect(DONE, run(config, 'revoke', 'alice-aave', '--yes', ...keyOf('alice'))).stderr, /nothing to end/);
  });

  await test('policy by signature: the account sends nothing', async () => {
    const nonce = () => chain.rpc.call('eth_getTransactionCount', [alice.address, 'latest']);
    const before = await nonce();
    expect(DONE, run(config, 'policy', 'alice-aave', '--yes', '--by-signature', ...keyOf('alice')));
    assert.equal(await nonce(), before);
    assert.equal((await policyOf(accounts[0])).guardian, guardian.address);
    assert.ok((await allowance(accounts[0])) > 2n ** 200n);
    expect(DONE, run(config, 'status', 'alice-aave'));
  });

  await test('revoke --all ends every policy of the account', async () => {
    expect(DONE, run(config, 'revoke', 'alice-aave', '--all', '--yes', ...keyOf('alice')));
    assert.equal(BigInt((await policyOf(accounts[0])).guardian), 0n);
  });

  await test('policy by delegation, signed by the account and sent by the guardian', async () => {
    const lines = linesOf(expect(ATTENTION, run(config, 'status', 'bob-aave', '--json')));
    assert.deepEqual(open(lines), ['policy', 'access']);
    const [call] = JSON.parse(expect(DONE, run(config, 'policy', 'bob-aave', '--unsigned')).stdout);
    assert.equal(call.to, bob.address);
    assert.equal(call.authorizationList[0].address, info.guard);
    expect(DONE, run(config, 'policy', 'bob-aave', '--yes', '--by-signature', ...keyOf('bob')));
    const code = await chain.rpc.call('eth_getCode', [bob.address, 'latest']);
    assert.equal(code.toLowerCase(), `0xef0100${info.guard.slice(2).toLowerCase()}`);
    assert.equal((await policyOf(accounts[1])).guardian, guardian.address);
    expect(DONE, run(config, 'status', 'bob-aave'));
  });

  await test('a delegated account ends its own policy', async () => {
    expect(DONE, run(config, 'revoke', 'bob-aave', '--yes', ...keyOf('bob')));
    assert.equal(BigInt((await policyOf(accounts[1])).guardian), 0n);
  });

  await test('a Safe loads the batch', async () => {
    const sam = { name: 'sam', address: safe, access: 'module' };
    const files = configure(info, [...accounts, sam]);
    const args = ['policy', 'sam-aave', '--safe'];
    assert.match(expect(REFUSED, run(files, ...args)).stderr, /no collateral or no debt/);
    writeFileSync(files, readFileSync(files, 'utf8').replace(
      /name = "sam-aave"/, `name = "sam-aave"\ncollateral_order = ["${reserveOf(devnet, 'WETH').address}"]\ndebt_order = ["${reserveOf(devnet, 'USDC').address}"]`), SECRET);
    const batch = JSON.parse(expect(DONE, run(files, ...args)).stdout);
    assert.equal(batch.meta.createdFromSafeAddress, safe);
    assert.deepEqual(batch.transactions.map(({ to }) => to), [safe, info.guard]);
    for (const { to, data } of batch.transactions) await safeWrite(devnet, safe, owner.address, to, data);
    assert.equal((await policyOf(sam)).guardian, guardian.address);
    assert.equal((await policyOf(sam)).access, 2);
    expect(DONE, run(files, 'status', 'sam-aave'));
  });

  await test('policy in a market of Morpho: an authorisation, and values in the loan token', async () => {
    const carol = { name: 'carol', address: info.accounts[14].address, access: 'allowance', market: 'blue' };
    keystore('carol', info.accounts[14]);
    await openMorphoPosition(devnet, carol.address, MORPHO_MARKET, { collateral: '10', debt: '1200' });
    const files = configure(info, [carol]);
    expect(DONE, run(files, 'policy', 'carol-aave', '--yes', ...keyOf('carol')));
    const policy = await chain.at('Guard', info.guard).read('policyOf', [carol.address, guardMarket(devnet, MORPHO_MARKET)]);
    assert.equal(policy.guardian, guardian.address);
    assert.equal(policy.valuePerDay, 50000000000n);
    assert.deepEqual(policy.collaterals, [reserveOf(devnet, 'WETH').address]);
    assert.equal(await chain.at('Morpho', info.morpho.morpho).read('isAuthorized', [carol.address, info.guard]), true);
    expect(DONE, run(files, 'status', 'carol-aave'));
    expect(DONE, run(files, 'revoke', 'carol-aave', '--yes', '--with-access', ...keyOf('carol')));
    assert.equal(await chain.at('Morpho', info.morpho.morpho).read('isAuthorized', [carol.address, info.guard]), false);
  });

  console.log(`${passed()} tests of the guard's commands`);
} finally {
  await devnet.stop();
  rmSync(folder, { recursive: true, force: true });
}
