// SPDX-License-Identifier: Apache-2.0
// How a command of the documents is run on the stage of tests/e2e/docs.mjs.

/// Those that go on until they are told to end, and what shows that they work: the daemon is ready, or this is said.
const ENDLESS = [
  { is: /^plimsoll .*\brun\b/, ready: true },
  { is: /positions --watch/, says: /block \d+ main-aave/ },
  { is: /^node tests\/devnet\/start\.mjs/, says: /devnet ready/ },
];
/// Programs that are run as they stand.
const RUN = new RegExp(`^(${[
  'plimsoll', 'build/release/bot/plimsoll', 'simulation', 'sqlite3', 'curl', 'openssl', 'bot/quickstart', 'tests/lint/\\w+',
  'cmake --preset release && cmake --build --preset release --target plimsoll', 'node tests/(devnet|faults|data|fuzz)/[\\w/]+\\.mjs',
].join('|')})\\b`);

export const isRun = (text) => RUN.test(text);
export const endless = (text) => ENDLESS.find(({ is }) => is.test(text));
