// SPDX-License-Identifier: Apache-2.0
// A queue of decided changes, whose executor holds the market's roles, and payloads for it.
import { reserveOf } from './aave.mjs';

const LEVEL_1 = 1;

/// A PayloadsController whose payloads wait `delay` seconds.
export async function deployGovernance({ chain, info }, delay) {
  const owner = info.accounts[0].address;
  const address = await chain.deploy(owner, 'PayloadsController', [delay]);
  const controller = chain.at('PayloadsController', address);
  await chain.at('ACLManager', info.aave.acl_manager).write(owner, 'addRiskAdmin', [await controller.read('executor')]);
  return controller;
}

/// Queues one that sets a reserve's ltv, liquidation threshold and bonus, in bps. Returns its id.
export async function queueThreshold({ chain, info }, controller, symbol, terms) {
  const owner = info.accounts[0].address;
  const asset = reserveOf({ info }, symbol).address;
  const target = await chain.deploy(owner, 'ThresholdPayload', [info.aave.pool_configurator, asset, ...terms]);
  const id = Number(await controller.read('getPayloadsCount'));
  const action = {
    target, withDelegateCall: true, accessLevel: LEVEL_1, value: 0n, signature: 'execute()', callData: '0x',
  };
  await controller.write(owner, 'createPayload', [[action]]);
  await controller.write(owner, 'queuePayload', [id]);
  return id;
}
