// SPDX-License-Identifier: Apache-2.0
// The packages of the tests lie in tests/node_modules, which is not on the way up from here.
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../tests/package.json', import.meta.url));
export const { getContractAddress, keccak256, pad } = require('viem');
