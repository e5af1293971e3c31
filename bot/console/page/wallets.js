// SPDX-License-Identifier: Apache-2.0
// Accounts: whether they act, and how much of their limits is used.
import { h } from './dom.js';
import { moment } from './format.js';
import { pill, section } from './parts.js';
import { limits } from './position.js';

export const title = 'Wallets';
export const topics = ['positions', 'chains'];

export const load = ({ get }) => get('positions', { limit: 500 });

function standing(wallet, status) {
  const held = status.chains.flatMap(({ held_wallets: list }) => list).find((one) => one.wallet === wallet.name);
  const stopped = status.chains.some(({ stopped_wallets: list }) => list.includes(wallet.name));
  const { pause } = wallet;
  return [wallet.mode === 'live' ? pill('good', '●', 'live') : pill('warn', '◇', wallet.dry_run ? `switched to dry run by ${wallet.dry_run.by}` : 'dry run'),
    pause && pill('bad', '‖', `paused ${pause.until_ms === null ? 'until resumed' : `until ${moment(pause.until_ms)}`} by ${pause.by}`),
    stopped && pill('bad', '✖', 'stopped: its nonce was used by somebody else'), held && pill('warn', '…', held.why)];
}

/// Wallets whose button was pressed once: a pause takes two, and so does a dry run.
export const armed = new Set();

/// Only what the configuration calls live can be switched, and only back to that.
function dryRun(wallet) {
  if (wallet.dry_run) return h('button', { type: 'button', 'data-act': 'live', 'data-wallet': wallet.name }, `End the dry run of ${wallet.name}`);
  if (wallet.configured !== 'live') return null;
  return h('button', { type: 'button', class: 'danger', 'data-act': 'dry', 'data-wallet': wallet.name },
    armed.has(`dry ${wallet.name}`) ? `Press again to make ${wallet.name} a dry run` : `Make ${wallet.name} a dry run`);
}

function controls(wallet, status) {
  if (!status.control) return null;
  return [pause(wallet), dryRun(wallet)];
}

function pause(wallet) {
  if (wallet.pause) return h('button', { type: 'button', 'data-act': 'resume', 'data-wallet': wallet.name }, `Resume ${wallet.name}`);
  const id = `span-${wallet.name}`;
  return [h('label', { for: id, class: 'unseen' }, `How long ${wallet.name} is paused`),
    h('select', { id, 'data-keep': true }, [['3600', 'for 1 hour'], ['14400', 'for 4 hours'], ['86400', 'for 1 day'], ['', 'until resumed']].map(([value, text]) => h('option', { value }, text))),
    h('button', { type: 'button', class: 'danger', 'data-act': 'pause', 'data-wallet': wallet.name }, armed.has(wallet.name) ? `Press again to pause ${wallet.name}` : `Pause ${wallet.name}`)];
}

export function view({ positions }, { status }) {
  if (!status) return [h('h1', {}, 'Wallets')];
  return [h('h1', {}, 'Wallets and limits'),
    !status.control && h('p', { class: 'notice' }, status.token ? 'This daemon cannot be paused from here.'
      : ['Read only. With ', h('code', {}, 'token'), ' in ', h('code', {}, '[console]'), ' a wallet can be paused from here; ', h('code', {}, 'mode = "dry-run"'), ' in the file stops all sending.']),
    status.control && h('p', { class: 'quiet' }, 'A paused wallet is watched and told of as before, and nothing new is signed for it; what is under way is followed to its end. In a dry run plans are told, and nothing is signed or sent at all. Neither is protected.'),
    status.wallets.map((wallet) => section(`wallet-${wallet.name}`, wallet.name,
      h('div', { class: 'wallet' }, h('code', {}, wallet.address), h('span', { class: 'marks' }, standing(wallet, status)), h('span', { class: 'controls' }, controls(wallet, status))),
      positions.filter((one) => one.wallet === wallet.name).map((one) =>
        h('div', { class: 'position', id: `limits-${one.name}` }, h('h3', {}, h('a', { href: `#/position/${encodeURIComponent(one.name)}` }, one.name)), limits(one)))))];
}
