// SPDX-License-Identifier: Apache-2.0
import { parseArgs } from 'node:util';
import { readFileSync } from 'node:fs';
import { startDevnet, writeInfo } from './lib/devnet.mjs';

const HELP = `Starts a local chain with a real Aave V3 market and writes its addresses to a file.

  node tests/devnet/start.mjs --port 8545 --out /tmp/devnet.json
  node tests/devnet/start.mjs --port 8546 --out /tmp/fork.json --fork-url http://127.0.0.1:8545 --base /tmp/devnet.json

  --port N                  port of HTTP and WebSocket (default 0: any free one, see the file)
  --out FILE                where the JSON goes; it appears, complete, when the chain is ready
  --chain-id N              default 31337
  --timestamp N             fixed time of the genesis block: every hash is then the same in every run
  --price SYMBOL=DOLLARS    another starting price (repeatable)
  --block-time SECONDS      mine at this interval once deployed, instead of once per transaction
  --fork-url URL            fork the chain at URL instead of deploying
  --fork-block N            ... at this block
  --base FILE               ... which the start.mjs of the forked chain described in FILE
  --addresses-provider A    ... whose Aave market has this PoolAddressesProvider (a public network)
  --detach                  leave the chain running and return; end it with: kill $(jq .pid FILE)
Without --detach it ends on SIGINT, SIGTERM, or when the process that started it ends.
`;

const { values: flags } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    out: { type: 'string' },
    'chain-id': { type: 'string' },
    timestamp: { type: 'string' },
    price: { type: 'string', multiple: true, default: [] },
    'block-time': { type: 'string' },
    'fork-url': { type: 'string' },
    'fork-block': { type: 'string' },
    base: { type: 'string' },
    'addresses-provider': { type: 'string' },
    detach: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const number = (name) => (flags[name] === undefined ? undefined : Number(flags[name]));

async function main() {
  if (flags.help || flags.out === undefined) {
    process.stdout.write(HELP);
    process.exitCode = flags.help ? 0 : 2;
    return;
  }
  const parent = process.ppid;
  const devnet = await startDevnet({
    port: number('port'),
    chainId: number('chain-id'),
    timestamp: number('timestamp'),
    prices: Object.fromEntries(flags.price.map((entry) => entry.split('='))),
    forkUrl: flags['fork-url'],
    forkBlock: number('fork-block'),
    base: flags.base === undefined ? undefined : JSON.parse(readFileSync(flags.base, 'utf8')),
    addressesProvider: flags['addresses-provider'],
    detached: flags.detach,
  });
  if (flags['block-time'] !== undefined) {
    await devnet.chain.setAutomine(false);
    await devnet.chain.rpc.call('evm_setIntervalMining', [number('block-time')]);
  }

  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    await devnet.stop();
    process.exit(0);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  setInterval(() => { if (process.ppid !== parent) stop(); }, 300);

  writeInfo(flags.out, devnet.info);
  const { http_url: url, started_in_ms: ms, pid, block } = devnet.info;
  console.error(`devnet ready in ${ms} ms at ${url} (block ${block.number}, pid ${pid}); addresses in ${flags.out}`);
  if (flags.detach) process.exit(0);

  devnet.exit.then(() => {
    if (!stopping) {
      console.error(`anvil ended by itself, see ${devnet.info.log}`);
      process.exit(1);
    }
  });
}

main().catch((error) => {
  console.error(`devnet: ${error.message}`);
  process.exit(1);
});
