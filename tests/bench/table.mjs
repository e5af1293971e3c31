// SPDX-License-Identifier: Apache-2.0
// Prints the figures of tests/bench/run as one table. Usage: node table.mjs FIGURES.jsonl
import { readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';

const figures = new Map();
for (const line of readFileSync(process.argv[2], 'utf8').split('\n')) {
    if (!line.startsWith('{"case"')) continue;
    const figure = JSON.parse(line);
    figures.set(figure.case, figure);
}
const median = (name) => figures.get(name)?.median;
const signature = median('floor-signature');
const parse = median('floor-json');

// [what, ours, peer, floor in ns, aim]
const rows = [
    ['FLOORS'],
    ['one secp256k1 signature (libsecp256k1 alone)', 'floor-signature'],
    ['one JSON parse (a newHeads message)', 'floor-json', 'json-nlohmann'],
    ['a transaction signed by our signer', 'signature-checked', null, signature],
    ['a newHeads message to a checked header', 'json-to-header', null, parse],
    ['HEALTH FACTORS, accounts with 4 reserves (peer: @aave/math-utils)'],
    ['all numbers of one account', 'health-factor', 'peer-math-utils', null, '250 ns'],
    ['the same asked of the market by address', 'market-summary', 'peer-math-utils'],
    ['the same with 256 bits throughout', 'health-factor-wide', 'peer-math-utils'],
    ['QUOTES from local pool state, 800 initialised ticks'],
    ['one pool, within a tick', 'dex-quote', null, null, '2 us'],
    ['one pool, over 30 ticks and more', 'dex-quote-ticks'],
    ['a sale divided over the routes of eight pools', 'dex-split'],
    ['ENGINE, 10,000 accounts, no wire, no disk (processor time)'],
    ['a block without events', 'engine-empty-block'],
    ['price event to plan', 'engine-one-plan', null, parse],
    ['price event to signed transaction', 'engine-one-first-signed', null, signature],
    ['ten rescues in one block: the last', 'engine-ten-last-signed', null, 10 * signature],
    ['HEAD TO RAW TRANSACTION over a WebSocket, 10,000 accounts (peer: a viem bot)'],
    ['without the node\'s own time, journal in memory', 'wire-one-memory-first-own', 'viem-one-first-own',
        signature + parse, '300 us'],
    ['without the node\'s own time, journal on disk', 'wire-one-first-own', 'viem-one-first-own', signature + parse],
    ['as the node sees it, journal on disk', 'wire-one-first', 'viem-one-first', signature + parse],
    ['requests until then', 'wire-one-calls', 'viem-one-calls'],
    ['TEN RESCUES IN ONE BLOCK, the last (peer: a viem bot)'],
    ['without the node\'s own time, journal in memory', 'wire-ten-memory-last-own', 'viem-ten-last-own',
        10 * signature + parse, '2 ms'],
    ['without the node\'s own time, journal on disk', 'wire-ten-last-own', 'viem-ten-last-own', 10 * signature + parse],
    ['as the node sees it, journal on disk', 'wire-ten-last', 'viem-ten-last', 10 * signature + parse],
    ['requests until then', 'wire-ten-calls', 'viem-ten-calls'],
    ['THE SAME WITH 100 ACCOUNTS'],
    ['one rescue, as the node sees it', 'wire-few-first', 'viem-few-first', signature + parse],
    ['START AND MEMORY of the daemon'],
    ['start to following, 1,000 accounts', 'wire-thousand-start'],
    ['start to following, 10,000 accounts', 'wire-one-start'],
    ['resident when it follows, 11 accounts', 'wire-idle-resident-idle', null, null, '30 MiB'],
    ['... 1,000 accounts', 'wire-thousand-resident-idle'],
    ['... 10,000 accounts', 'wire-one-resident-idle'],
    ['... when all are measured and drawn', 'wire-one-resident'],
    ['one account in the market', 'memory-per-account'],
];

function quantity(value, unit) {
    if (value === undefined) return '-';
    if (unit === 'count') return value.toLocaleString('en-US', { maximumFractionDigits: 0 });
    const steps = unit === 'bytes' ? [['MiB', 2 ** 20], ['KiB', 2 ** 10], ['B', 1]]
        : [['s', 1e9], ['ms', 1e6], ['us', 1e3], ['ns', 1]];
    const [name, size] = steps.find(([, size]) => value >= size) ?? steps.at(-1);
    const scaled = value / size;
    return `${scaled.toFixed(scaled < 10 ? 2 : scaled < 100 ? 1 : 0)} ${name}`;
}
const ratio = (value) => (Number.isFinite(value) ? `${value >= 10 ? Math.round(value).toLocaleString('en-US') : value.toFixed(2)}x` : '-');

const header = ['', 'median', '99 %', 'peer', 'peer/ours', 'floor', 'ours/floor', 'aim'];
const lines = [header];
for (const [what, ours, peer, floor, aim] of rows) {
    if (ours === undefined) {
        lines.push([what]);
        continue;
    }
    const figure = figures.get(ours);
    if (!figure) continue;
    const theirs = peer ? median(peer) : undefined;
    lines.push([`  ${what}`, quantity(figure.median, figure.unit),
        figure.samples > 1 ? quantity(figure.p99, figure.unit) : '-', quantity(theirs, figure.unit),
        theirs === undefined ? '-' : ratio(theirs / figure.median), floor ? quantity(floor, 'ns') : '-',
        floor ? ratio(figure.median / floor) : '-', aim ?? '']);
}
const shown = lines.filter((line, i) => line.length > 1 || lines[i + 1]?.length > 1);
const widths = header.map((_, column) => Math.max(...shown.filter((line) => line.length > 1).map((line) => line[column].length)));
console.log(`${cpus()[0].model}, ${cpus().length} processors, load ${loadavg()[0].toFixed(1)}`);
for (const line of shown) {
    console.log(line.map((cell, column) => (line.length === 1 ? `\n${cell}` : column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join('  ').trimEnd());
}
if (median('health-factor'))
    console.log(`\nhealth factors per second on one processor: ${Math.round(1e9 / median('health-factor')).toLocaleString('en-US')}`);
