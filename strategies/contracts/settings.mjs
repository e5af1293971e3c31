// SPDX-License-Identifier: Apache-2.0
// How the guard is compiled, for the artifact and for its tests: no metadata, so that equal sources give equal bytes.
export const settings = {
  evmVersion: 'cancun',
  viaIR: false,
  optimizer: { enabled: true, runs: 200 },
  metadata: { bytecodeHash: 'none', appendCBOR: false },
};
