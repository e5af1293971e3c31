// SPDX-License-Identifier: Apache-2.0
// Blocks that come by themselves. What goes wrong meanwhile is thrown where they are stopped, so that a story ends with its files.
import { sleep } from '../devnet/lib/rpc.mjs';

export class Blocks {
  running = false;
  #loop = null;

  /// Another step, so many milliseconds after the one before, until stop().
  start(step, everyMs) {
    this.running = true;
    this.#loop = (async () => {
      while (this.running) {
        await step();
        await sleep(everyMs);
      }
    })();
    this.#loop.catch(() => {});
  }

  async stop() {
    this.running = false;
    await this.#loop;
  }
}
