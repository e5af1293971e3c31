// SPDX-License-Identifier: Apache-2.0
// Commands of the documents that tests/e2e/docs.mjs does not run itself. Each has either
//   test    the CTest test that runs the same; `words` of the command stand in its command line, its script or what that imports
//   script  what runs it before any test can: tests/run is what CI calls; `words` stand in it
//   of      the whole command, which is run: a sentence names it without its arguments
//   why     nothing runs it, and this is the reason; `help`: at least its options are there (tests/e2e/docs.mjs runs `--help`)
const BY_HAND = 'takes many minutes to hours of both processors';

export const ELSEWHERE = {
  // What CI itself is made of.
  'tests/run': { why: 'it is what CI calls, and runs this' },
  'bot/setup': { script: 'tests/run', words: ['bot/setup'] },
  'cmake --preset release && cmake --build --preset release': {
    script: 'tests/run', words: ['cmake --preset release', 'cmake --build --preset release'],
  },
  'ctest --preset release -L unit': { script: 'tests/run', words: ['ctest --preset', '-L unit'] },
  'ctest -L simulation': { script: 'tests/run', words: ['ctest'] },
  'npm ci': { script: 'bot/setup', words: ['npm ci'] },

  'plimsoll --config plimsoll.toml guard policy': { of: 'plimsoll --config plimsoll.toml guard policy main-aave --keystore me.json' },
  // Orders to a running daemon.
  'plimsoll --config plimsoll.toml alert list': { test: 'e2e_alerts', words: ['alert', 'list'] },
  'plimsoll alert list': { test: 'e2e_alerts', words: ['alert', 'list'] },
  'plimsoll --config plimsoll.toml alert ack --all': { test: 'e2e_alerts', words: ['alert', 'ack'] },
  'plimsoll alert ack ID': { test: 'e2e_alerts', words: ['alert', 'ack'] },
  'plimsoll --config plimsoll.toml pause main --for 2h': { test: 'e2e_alerts', words: ['pause', '--for', '2h'] },
  'plimsoll pause WALLET': { test: 'e2e_alerts', words: ['pause'] },
  'plimsoll --config plimsoll.toml dry-run main': { test: 'e2e_alerts', words: ['dry-run'] },
  'plimsoll dry-run WALLET': { test: 'e2e_alerts', words: ['dry-run'] },
  'plimsoll dry-run': { test: 'e2e_alerts', words: ['dry-run'] },

  'plimsoll replay': { of: 'plimsoll replay RECORDING --verify' },

  // Root and systemd: a fresh system with its own.
  'cpack --config build/release/CPackConfig.cmake': { test: 'e2e_package', words: ['cpack', '--config', 'CPackConfig.cmake'] },
  'apt-get install ./plimsoll_*.deb': { test: 'e2e_package', words: ['apt-get', 'install', '.deb'] },
  'systemctl enable --now plimsoll': { test: 'e2e_package', words: ['systemctl', 'enable', '--now', 'plimsoll'] },
  'systemctl status plimsoll': { test: 'e2e_package', words: ['systemctl', 'status', 'plimsoll'] },
  'journalctl -u plimsoll -n 50': { test: 'e2e_package', words: ['journalctl', '-u', 'plimsoll', '-n'] },
  'systemd-analyze security': { test: 'e2e_package', words: ['systemd-analyze', 'security'] },
  'ssh -L 1877:127.0.0.1:1877 HOST': { why: 'needs another machine with an SSH server; the page behind it is e2e_console' },

  // Long, and run by a test of its own.
  'bot/quickstart --keep': { why: 'leaves processes behind; without the option it is run', help: true },
  'node tests/devnet/crash.mjs --plimsoll build/release/bot/plimsoll': {
    test: 'e2e_crash_of_march_2020', words: ['tests/devnet/crash.mjs', '--plimsoll', 'plimsoll'],
  },
  'node tests/e2e/rescue_cost.mjs --plimsoll build/release/bot/plimsoll --positions 1000': {
    test: 'e2e_cost_of_a_rescue', words: ['tests/e2e/rescue_cost.mjs', '--plimsoll', '--positions'],
  },
  'node tests/devnet/selftest.mjs': { test: 'devnet_selftest', words: ['tests/devnet/selftest.mjs'] },
  'node tests/devnet/contracts/compile.mjs': { test: 'devnet_selftest', words: ['compile'] },
  'node strategies/contracts/compile.mjs': { test: 'guard_artifact', words: ['strategies/contracts/compile.mjs'] },
  'node strategies/contracts/compile.mjs --check': { test: 'guard_artifact', words: ['strategies/contracts/compile.mjs', '--check'] },
  'node strategies/contracts/test.mjs': { test: 'guard_test', words: ['strategies/contracts/test.mjs'] },
  'test.mjs --match-contract GasTest --isolate -vv': { test: 'guard_test', words: ['test.mjs'] },
  'simulation --fresh 100 --hours 5 --jobs 2': { test: 'simulation', words: ['--fresh', '--hours', '--jobs'] },
  'simulation --fast --fresh 100 --hours 0.2': { test: 'simulation_fast', words: ['--fast', '--hours'] },
  'simulation --seeds seeds.txt': { test: 'simulation', words: ['--seeds', 'seeds.txt'] },

  // By hand.
  'tests/bench/run': { why: `${BY_HAND}; the program that measures is run by bench_smoke`, help: true },
  'tests/fuzz/run': { why: `${BY_HAND}, with clang; its inputs are given to the same functions by fuzz_corpus_test`, help: true },
  'tests/fuzz/run --seconds 3600 json config': { why: `${BY_HAND}; see above` },
  'tests/simulation/mutations': { why: BY_HAND },
  'node strategies/contracts/mutate.mjs': { why: BY_HAND },
};
