// SPDX-License-Identifier: Apache-2.0
// An authority of one test and certificates from it, made by openssl.
import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const openssl = (...args) => execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'] });
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/// Returns { ca, issue(name, usage) -> { certificate, key } }: paths.
export function authority(folder, name) {
  const ca = join(folder, `${name}.pem`);
  const caKey = join(folder, `${name}.key`);
  openssl('req', '-x509', ...NEW_KEY, '-keyout', caKey, '-out', ca, '-days', '2', '-subj', `/CN=${name}`);
  return {
    ca,
    issue(who) {
      const [certificate, key, request, extensions] = ['pem', 'key', 'csr', 'ext'].map((end) => join(folder, `${who}.${end}`));
      openssl('req', ...NEW_KEY, '-keyout', key, '-out', request, '-subj', `/CN=${who}`);
      writeFileSync(extensions, 'subjectAltName = IP:127.0.0.1\n');
      openssl('x509', '-req', '-in', request, '-CA', ca, '-CAkey', caKey, '-CAcreateserial', '-out', certificate,
        '-days', '2', '-extfile', extensions);
      chmodSync(key, 0o600);
      chmodSync(certificate, 0o644);
      return { certificate, key };
    },
  };
}
