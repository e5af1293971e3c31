// SPDX-License-Identifier: Apache-2.0
// A guardian whose key a service keeps: it deploys the guard, sends a policy that the account signed, and rescues with the
// position's own collateral. What the service's protocol has no call for is refused before anything is sent.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeKeystore } from '../devnet/crash/keystore.mjs';
import { openPosition } from '../devnet/lib/aave.mjs';
import { startAnvil } from '../devnet/lib/anvil.mjs';
import { guardMarket, seatOf } from '../devnet/lib/guard.mjs';
import { authority } from './certificates.mjs';
import { GuardStage } from './guard_stage.mjs';
import { passed, test } from './report.mjs';
import { SigningService } from './signing_service.mjs';
import { plimsollBeside } from './stage.mjs';

const { values } = parseArgs({ options: { plimsoll: { type: 'string' } } });
const SECRET = { mode: 0o600 };

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-guardian-'));
mkdirSync(join(folder, 'data'), { mode: 0o700 });
const ours = authority(folder, 'ours');
const client = ours.issue('plimsoll');
const remote = (service, address) => ({ remote: service.url, address, ca: ours.ca, ...client });
const inline = (entries) => `{ ${Object.entries(entries).map(([key, value]) => `${key} = "${value}"`).join(', ')} }`;
const guard = (config, ...args) => plimsollBeside(values.plimsoll, ['--config', config, 'guard', ...args]);

function keyOf(name, account) {
  const { keystore, pass } = writeKeystore(folder, name, account);
  return ['--keystore', keystore, '--passphrase-file', pass];
}

const wallet = (service, { name, address, access, guardian }) => `
[wallet.${name}]
address = "${address}"
${access === undefined ? '' : `guard = "${access}"`}
signer = ${inline(remote(service, guardian))}
${access === undefined ? '' : `[[wallet.${name}.position]]
name = "${name}-aave"
market = "local"
warn = "1.30"
trigger = "1.20"
target = "1.45"
strategies = ["repay-with-collateral"]
limits = { max_value_per_day = "50000 USD", max_fee_per_gas = "5000 gwei", cooldown = "5s" }`}
`;

async function deployment() {
  const bare = await startAnvil({ chainId: 31337 });
  const [payer] = bare.accounts;
  const service = await SigningService.open([payer.private_key], ours, ours.issue('service'));
  try {
    const config = join(folder, 'bare.toml');
    writeFileSync(config, `version = 1\n[daemon]\ndata_dir = "${join(folder, 'data')}"
[chain.local]\nid = 31337\nrpc = ["ws://${bare.rpc.url.host}"]\nblock_time = "1s"
${wallet(service, { name: 'payer', address: payer.address, guardian: payer.address })}`, SECRET);
    const { status, stdout, stderr } = await guard(config, 'deploy', 'local', '--yes', '--wallet', 'payer');
    assert.equal(status, 0, stderr);
    const [, address] = stdout.match(/guard = "(0x\w+)"/);
    assert.notEqual(await bare.rpc.call('eth_getCode', [address, 'latest']), '0x');
    assert.equal(service.asked.length, 1);
    assert.equal(service.asked[0].client, 'plimsoll');
  } finally {
    await service.stop();
    await bare.stop();
  }
}

/// Policies of two accounts: one by an allowance that it signs, one by a delegation (EIP-7702).
async function policies(stage, service, guardian) {
  const { devnet } = stage;
  const { info, chain } = devnet;
  const [alice, bob] = info.accounts.slice(11, 13);
  await chain.setAutomine(true);
  for (const { address } of [alice, bob]) {
    await openPosition(devnet, address, { supply: { WETH: '100' }, borrow: { USDC: '12500' } });
  }
  const accounts = [{ name: 'alice', access: 'allowance', ...alice }, { name: 'bob', access: 'self', ...bob }];
  const config = join(folder, 'policies.toml');
  const [pool] = info.uniswap.pools;
  writeFileSync(config, `version = 1\n[daemon]\ndata_dir = "${join(folder, 'data')}"
[chain.local]\nid = ${info.chain_id}\nrpc = ["${info.ws_url}"]\nguard = "${info.guard}"\nblock_time = "1s"
[market.local]\nchain = "local"\nprotocol = "aave-v3"\naddresses_provider = "${info.aave.addresses_provider}"
[router.uniswap]\nchain = "local"\nkind = "uniswap-v3-02"\naddress = "${info.uniswap.router_02}"
[pool.first]\nchain = "local"\nkind = "uniswap-v3"\naddress = "${pool.address}"
${accounts.map((account) => wallet(service, { ...account, guardian: guardian.address })).join('')}`, SECRET);
  const nonce = (address) => chain.rpc.call('eth_getTransactionCount', [address, 'latest']);

  service.asked.length = 0;
  const before = await nonce(alice.address);
  const sent = await guard(config, 'policy', 'alice-aave', '--yes', '--by-signature', ...keyOf('alice', alice));
  assert.equal(sent.status, 0, sent.stderr);
  assert.equal(await nonce(alice.address), before);
  const policy = await chain.at('Guard', seatOf(devnet, accounts[0])).read('policyOf', [alice.address, guardMarket(devnet)]);
  assert.equal(policy.guardian, guardian.address);
  assert(service.asked.length >= 1);

  service.asked.length = 0;
  const refused = await guard(config, 'policy', 'bob-aave', '--yes', '--by-signature', ...keyOf('bob', bob));
  assert.notEqual(refused.status, 0, refused.stdout);
  assert.match(refused.stderr, /signs plain transactions of type 2 alone: no authorisations \(EIP-7702\)/);
  assert.equal(service.asked.length, 0);
  assert.equal(await chain.rpc.call('eth_getCode', [bob.address, 'latest']), '0x');
  await chain.setAutomine(false);
}

try {
  await test('the guard is deployed by a wallet whose key the service keeps', deployment);
  const stage = await GuardStage.open();
  const guardian = stage.devnet.info.accounts[20];
  const service = await SigningService.open([guardian.private_key], ours, ours.issue('guardians'));
  try {
    await test('a rescue with collateral whose transactions the service signs for the guardian', async () => {
      await stage.story('remote guardian', values.plimsoll, {
        position: { supply: { WETH: '100' }, borrow: { USDC: '12500' }, signer: remote(service, guardian.address) },
        expect: { most: 1 },
      });
      assert(service.asked.length >= 1);
      for (const { from } of service.asked) assert.equal(from, guardian.address.toLowerCase());
    });
    await test('a policy signed by the account and sent by the service; a delegation is refused, and nothing sent',
      () => policies(stage, service, guardian));
  } finally {
    await stage.close();
    await service.stop();
  }
  console.log(`${passed()} passed`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
