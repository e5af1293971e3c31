// SPDX-License-Identifier: Apache-2.0
// The peer for rescues: a bot as one writes it with viem. At each head one getUserAccountData per account; for each
// account of ours below its trigger the usual seven calls: balance, allowance, simulation, nonce, gas, fees, send.
// Usage: node peer_viem.mjs PORT ACCOUNTS   on the stand-in that `plimsoll_bench node` starts; ends with it.
import { createPublicClient, encodeFunctionData, parseAbi, toHex, webSocket } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';

const [port, count] = process.argv.slice(2).map(Number);
const address = (group, number) => `0x${toHex(group, { size: 1 }).slice(2)}${toHex(number, { size: 19 }).slice(2)}`;
const pool = address(1, 2);
const asset = address(2, 3); // the debt that is repaid: 6 decimals, one dollar
const trigger = 1_250_000_000_000_000_000n;
const target = 1_400_000_000_000_000_000n;
const abi = parseAbi([
    'function getUserAccountData(address user) view returns (uint256 collateral, uint256 debt, uint256 available, uint256 threshold, uint256 ltv, uint256 health)',
    'function repay(address asset, uint256 amount, uint256 mode, address owner) returns (uint256)',
    'function balanceOf(address owner) view returns (uint256)',
    'function allowance(address owner, address spender) view returns (uint256)',
]);

const wallets = Array.from({ length: Math.min(11, count) }, (_, i) => privateKeyToAccount(toHex(i + 1, { size: 32 })));
const accounts = [...wallets.map((wallet) => wallet.address)];
for (let number = 1; accounts.length < count; ++number) accounts.push(address(9, number));

const client = createPublicClient({ transport: webSocket(`ws://127.0.0.1:${port}`, { reconnect: false, timeout: 60_000 }) });
const read = (functionName, to, args) => client.readContract({ abi, address: to, functionName, args });
const busy = new Set();

async function rescue(wallet, [collateral, debt, , threshold]) {
    if (busy.has(wallet.address)) return;
    busy.add(wallet.address);
    try {
        const weighted = (collateral * threshold) / 10_000n;
        const amount = (debt - (weighted * 10n ** 18n) / target) / 100n + 1n; // 8 decimals to 6
        const balance = await read('balanceOf', asset, [wallet.address]);
        const allowance = await read('allowance', asset, [wallet.address, pool]);
        if (balance < amount || allowance < amount) return;
        const data = encodeFunctionData({ abi, functionName: 'repay', args: [asset, amount, 2n, wallet.address] });
        await client.call({ account: wallet.address, to: pool, data });
        const nonce = await client.getTransactionCount({ address: wallet.address });
        const gas = await client.estimateGas({ account: wallet.address, to: pool, data });
        const fees = await client.getFeeHistory({ blockCount: 10, rewardPercentiles: [50] });
        const base = fees.baseFeePerGas.at(-1);
        const tip = fees.reward.at(-1)[0];
        const serializedTransaction = await wallet.signTransaction({
            type: 'eip1559', chainId: 31_337, to: pool, data, nonce, gas: (gas * 5n) / 4n,
            maxPriorityFeePerGas: tip, maxFeePerGas: base * 2n + tip,
        });
        await client.sendRawTransaction({ serializedTransaction });
    } finally {
        busy.delete(wallet.address);
    }
}

async function look() {
    await Promise.all(accounts.map(async (account, i) => {
        const data = await read('getUserAccountData', pool, [account]);
        if (i < wallets.length && data[5] < trigger) await rescue(wallets[i], data);
    }));
}

const socket = await client.transport.getRpcClient();
socket.socket.addEventListener('close', () => process.exit(0));
client.watchBlocks({ onBlock: () => look().catch(() => {}), onError: () => process.exit(0) });
