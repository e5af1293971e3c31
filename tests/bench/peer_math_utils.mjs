// SPDX-License-Identifier: Apache-2.0
// The peer for health factors: @aave/math-utils' formatUserSummary, as interfaces and bots in JavaScript use it, for the
// accounts that `plimsoll_bench accounts` prints. Usage: node peer_math_utils.mjs ACCOUNTS.json [--smoke]
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { formatReserves, formatUserSummary } = createRequire(import.meta.url)('@aave/math-utils');

const [file, ...flags] = process.argv.slice(2);
const rounds = flags.includes('--smoke') ? 1 : 7;
const { timestamp, reserves, accounts } = JSON.parse(readFileSync(file, 'utf8'));

const nothing = {
    reserveFactor: '1000', availableLiquidity: '0', totalScaledVariableDebt: '1', borrowCap: '0', supplyCap: '0',
    debtCeiling: '0', debtCeilingDecimals: 2, isolationModeTotalDebt: '0', virtualUnderlyingBalance: '0', deficit: '0',
    usageAsCollateralEnabled: true,
};
const base = { currentTimestamp: timestamp, marketReferenceCurrencyDecimals: 8 };
// Once per block, so it is left out of the time of an account.
const formattedReserves = formatReserves({
    ...base, marketReferencePriceInUsd: '100000000',
    reserves: reserves.map((reserve) => ({ ...nothing, ...reserve, name: reserve.symbol })),
});
const summary = (account) => formatUserSummary({
    ...base, marketReferencePriceInUsd: '100000000', userReserves: account.holdings, formattedReserves,
    userEmodeCategoryId: 0,
});

for (const account of accounts) {
    const theirs = Number(summary(account).healthFactor);
    if (Math.abs(theirs / account.health - 1) > 1e-3) {
        console.error(`error: not the same work: math-utils counts ${theirs}, plimsoll ${account.health}`);
        process.exit(1);
    }
}
const samples = [];
for (let round = 0; round < rounds; ++round) {
    for (const account of accounts) {
        const start = process.hrtime.bigint();
        summary(account);
        samples.push(Number(process.hrtime.bigint() - start));
    }
}
samples.sort((a, b) => a - b);
const quantile = (share) => samples[Math.round(share * (samples.length - 1))];
console.log(JSON.stringify({
    case: 'peer-math-utils', unit: 'ns', median: quantile(0.5), p99: quantile(0.99), samples: samples.length,
}));
