// SPDX-License-Identifier: Apache-2.0
// Keystore V3 files with a light scrypt, as a wallet program would write them.
import { createCipheriv, randomBytes, randomUUID, scryptSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keccak256 } from 'viem/utils';

const KDF = { n: 2 ** 13, r: 8, p: 1, dklen: 32 };

export function encryptKey(privateKey, address, passphrase) {
  const salt = randomBytes(32);
  const iv = randomBytes(16);
  const { n: N, r, p, dklen } = KDF;
  const derived = scryptSync(passphrase, salt, dklen, { N, r, p });
  const cipher = createCipheriv('aes-128-ctr', derived.subarray(0, 16), iv);
  const ciphertext = Buffer.concat([cipher.update(Buffer.from(privateKey.slice(2), 'hex')), cipher.final()]);
  const mac = keccak256(Buffer.concat([derived.subarray(16, 32), ciphertext])).slice(2);
  return {
    version: 3,
    id: randomUUID(),
    address: address.slice(2).toLowerCase(),
    crypto: {
      cipher: 'aes-128-ctr',
      cipherparams: { iv: iv.toString('hex') },
      ciphertext: ciphertext.toString('hex'),
      kdf: 'scrypt',
      kdfparams: { ...KDF, salt: salt.toString('hex') },
      mac,
    },
  };
}

/// NAME.json and NAME.pass in the folder, 0600.
export function writeKeystore(folder, name, { address, private_key: key }) {
  const passphrase = randomBytes(16).toString('hex');
  const [keystore, pass] = [join(folder, `${name}.json`), join(folder, `${name}.pass`)];
  writeFileSync(keystore, JSON.stringify(encryptKey(key, address, passphrase), null, 2), { mode: 0o600 });
  writeFileSync(pass, passphrase, { mode: 0o600 });
  return { keystore, pass };
}
