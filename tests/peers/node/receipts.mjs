// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
//   node receipts.mjs <count>
// Completion receipts as two strangers make them, one JSON line each: keys of nostr-tools, the canonical JSON
// written by hand, BIP-340 signatures of the curve library under nostr-tools.
import { createHash } from 'node:crypto'
import { schnorr } from '@noble/curves/secp256k1'
import { generateSecretKey, getPublicKey } from 'nostr-tools/pure'
import * as nip19 from 'nostr-tools/nip19'
import { canonical } from './canonical.mjs'

const hex = (bytes) => Buffer.from(bytes).toString('hex')

const flags = [0, 1, 0.5, 0.1, 1 / 3, 1e-7, 5e-324, 0.30000000000000004, 123456789e-17]
for (let i = 0; i < Number(process.argv[2]); ++i) {
  const provider = generateSecretKey()
  const consumer = generateSecretKey()
  const signed = {
    lease_id: ['lease-', 'ナンセンス ', '"\\/ ', '\u{1f600}'][i % 4] + i,
    provider_npub: nip19.npubEncode(getPublicKey(provider)),
    consumer_npub: nip19.npubEncode(getPublicKey(consumer)),
    duration_paid: i * 3600,
    duration_delivered: i * 3599,
    success_flag: flags[i % flags.length],
    payment_proof: { mint_url: 'https://mint.example/' + i, swap_response_signature: Buffer.from('proof ' + i).toString('base64url') },
    version: 1 + i,
  }
  const digest = createHash('sha256').update(canonical(signed)).digest()
  const receipt = {
    ...signed,
    completed_at: 1700000000 + i,
    consumer_signature: hex(schnorr.sign(digest, consumer)),
    provider_co_signature: hex(schnorr.sign(digest, provider)),
  }
  process.stdout.write(JSON.stringify({ receipt, digest: hex(digest) }) + '\n')
}
