// SPDX-License-Identifier: Apache-2.0
import { collect } from '../crash/findings.mjs';
import { pricePath } from '../crash/path.mjs';
import { Player } from '../crash/player.mjs';
import { FIRST_ACCOUNT, KINDS, chooseGuarded, chooseWallets, openGuarded, openWallet } from '../crash/wallets.mjs';
import { startDevnet } from '../lib/devnet.mjs';

/// One wallet of each kind and the controls through a part of the day, as fast as the chain goes, with nobody acting.
export async function playUnwatched(from, to) {
  const path = pricePath(from, to);
  const devnet = await startDevnet({ prices: path[0].prices });
  try {
    const wallets = chooseWallets(KINDS.length, devnet.info.accounts, path);
    for (const wallet of wallets) await openWallet(devnet, wallet);
    const guarded = chooseGuarded(devnet.info.accounts, path, FIRST_ACCOUNT + wallets.length);
    for (const wallet of guarded) await openGuarded(devnet, wallet);
    wallets.push(...guarded);
    const player = new Player(devnet, wallets, path, 0);
    await player.prepare();
    await player.play();
    await collect(devnet, wallets, path, player.firstBlock);
    return { path, wallets };
  } finally {
    await devnet.stop();
  }
}
