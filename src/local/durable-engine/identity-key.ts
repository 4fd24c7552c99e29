import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';

/**
 * The key by which the engine's server proves itself to our handlers, made once. The id is the form that the SDK checks:
 * `publickeyv1_` and the raw Ed25519 public key in base58.
 */
export async function identityKey(file: string): Promise<{ file: string; id: string }> {
  const pem = await readFile(file, 'utf8').catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    const made = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    await writeFile(file, made, { mode: 0o600 });
    return made;
  });
  const der = createPublicKey(createPrivateKey(pem)).export({ type: 'spki', format: 'der' });
  return { file, id: `publickeyv1_${base58(der.subarray(-32))}` };
}

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

function base58(bytes: Uint8Array): string {
  let value = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  let text = '';
  for (; value > 0n; value /= 58n) text = alphabet[Number(value % 58n)]! + text;
  const leadingZeros = bytes.findIndex((byte) => byte !== 0);
  return '1'.repeat(Math.max(0, leadingZeros)) + text;
}
