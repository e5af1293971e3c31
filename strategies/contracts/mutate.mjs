// SPDX-License-Identifier: Apache-2.0
// Breaks the guard in one place at a time and sees that a test fails each time. Takes some minutes.
//   node strategies/contracts/mutate.mjs [word]     only the mutations whose file or text has the word
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { compile, sources } from './compile.mjs';

const MUTATIONS = [
  ['PolicyBook.sol', 'if (policy.guardian != msg.sender) revert NotGuardian(msg.sender);', ''],
  ['PolicyBook.sol', 'if (block.timestamp >= policy.expiry) revert', 'if (block.timestamp > policy.expiry) revert'],
  ['PolicyBook.sol', 'if (block.timestamp > plan.deadline) revert DeadlinePassed(plan.deadline);', ''],
  ['PolicyBook.sol', 'if (block.timestamp < until) revert CoolingDown(until);', ''],
  ['PolicyBook.sol', 'if (total > budget) revert BudgetExceeded(total, budget);', ''],
  ['PolicyBook.sol', 'uint256 total = value + spending.current + spending.previous;', 'uint256 total = value + spending.current;'],
  ['PolicyBook.sol', '        ++page.series;\n', ''],
  ['PolicyBook.sol', '? account == SELF : account != address(this)', '? account == SELF : false'],
  ['Signatures.sol', 'uint256(s) > HALF_ORDER || ', ''],
  ['Signatures.sol', 'VERSION, block.chainid, address(this)', 'VERSION, uint256(1), address(this)'],
  ['Guard.sol', 'if (health >= policy.trigger) revert HealthNotBelowTrigger(health, policy.trigger);', ''],
  ['Guard.sol', 'if (load(LENDER) != uint160(msg.sender)) revert UnexpectedCallback(msg.sender);', ''],
  ['Transient.sol', 'if (load(LOCK) != 0) revert Busy();', ''],
  ['Swapper.sol', 'if (busy) revert Busy();', ''],
  ['Swapper.sol', 'Tokens.approve(tokenIn, target, 0);', ''],
  ['Judgement.sol', 'if (afterwards <= before) revert HealthNotRaised(before, afterwards);', ''],
  ['Judgement.sol', 'if (policy.floor > floor) floor = policy.floor;', ''],
  ['Judgement.sol', 'if (afterwards > policy.ceiling) revert HealthAboveCeiling(afterwards, policy.ceiling);', ''],
  ['Judgement.sol', 'if (!policy.mayClose) revert ClosingNotAllowed();', ''],
  ['Judgement.sol', 'if (lost > allowed) revert LossAboveLimit(lost, allowed);', ''],
  ['Judgement.sol', 'if (change.drawn > change.repaid + allowed) {', 'if (false) {'],
  ['Judgement.sol', 'pricesStood(run);\n        unlistedStood', 'unlistedStood'],
  ['Judgement.sol', 'unlistedStood(before.unlisted, afterwards.unlisted);', ''],
  ['Judgement.sol', 'uint256 allowed = moved * maxLossBps / BPS + change.rounding;', 'uint256 allowed = (load(TAKEN) + moved) * maxLossBps / BPS;'],
  ['Judgement.sol', 'moved = inBase(taken > moved ? taken : moved);', 'moved = inBase(moved);'],
  ['Judgement.sol', 'if (kept > lost) lost = kept;', ''],
  ['Lenders.sol', 'store(LENDER, 0);', ''],
  ['Lenders.sol', ' && load(EXPECTED) == uint256(keccak256(data))', ''],
  ['Lenders.sol', 'if (run.loan.lender != lender) revert UnexpectedCallback(msg.sender);', ''],
  ['Lenders.sol', 'if (received < loan.amount) revert LoanShort(loan.amount, received);', ''],
  ['Lenders.sol', 'if (load(LENDER) != 0) revert LoanNotGiven(loan.source);', ''],
  ['Lenders.sol', 'checkTarget(run, loan.source);\n    }', '}'],
  ['Steps.sol', 'if (!listed || forbidden(run, target))', 'if (!listed)'],
  ['Steps.sol', 'if (!listed || forbidden(run, target))', 'if (forbidden(run, target))'],
  ['Steps.sol', 'if (got < step.minOut) revert OutBelowMinimum(bought.token, got, step.minOut);', ''],
  ['Steps.sol', 'if (!asset.collateral) revert AssetNotAllowed(token);', ''],
  ['Steps.sol', 'if (!asset.debtAsset) revert AssetNotAllowed(token);', ''],
  ['Steps.sol', 'present -= Ledger.held(asset.token);', ''],
  ['Tokens.sol', 'if (received != expected) revert TransferShort(token, expected, received);', ''],
  ['Tokens.sol', 'if (!done || !succeeded(token, result))', 'if (!done)'],
  ['Rescuer.sol', 'if (address(this) == SELF) revert WrongPlace(SELF);', ''],
  ['Rescuer.sol', 'if (amount != 0) Tokens.send(token, run.account, amount);', 'if (amount > 1e9) Tokens.send(token, run.account, amount);'],
];

const test = fileURLToPath(new URL('test.mjs', import.meta.url));
const forge = (code) => spawnSync(process.execPath, [test, '--no-match-contract', 'InvariantTest|GasTest'], {
  encoding: 'utf8', maxBuffer: 1 << 28, env: { ...process.env, GUARD_CODE: code },
});

let survived = 0;
const word = process.argv[2] ?? '';
for (const [file, from, to] of MUTATIONS.filter((mutation) => mutation.join(' ').includes(word))) {
  const files = sources();
  const source = files[`src/${file}`];
  if (source.content.split(from).length !== 2) throw new Error(`${file} does not have this once: ${from}`);
  source.content = source.content.replace(from, () => to);
  const { stdout, status } = forge(compile(files, true).bytecode);
  const killers = [...stdout.matchAll(/^\[FAIL.*\] (\w+)\(/gm)].map((match) => match[1]);
  if (status === 0 || killers.length === 0) ++survived;
  console.log(`${status === 0 ? 'SURVIVED' : `killed by ${new Set(killers).size}`}  ${file}: ${from.trim()} -> ${to.trim() || '(nothing)'}  ${[...new Set(killers)].slice(0, 3).join(', ')}`);
}
process.exit(survived === 0 ? 0 : 1);
