// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
//   node mintproofs.mjs <mint's URL> <count>
// First the mint's answer to GET /v1/keys, then completion receipts that were paid with its ecash, each in one
// line of JSON: keys, blind signatures and their NUT-12 proofs of @cashu/cashu-ts; leases signed with keys of
// nostr-tools.
import { createHash, webcrypto } from 'node:crypto'
import { canonical } from './canonical.mjs'

globalThis.crypto ??= webcrypto // Node 18 has it under its other name alone
const cashu = await import('@cashu/cashu-ts')
const { schnorr } = await import('@noble/curves/secp256k1')
const { generateSecretKey, getPublicKey } = await import('nostr-tools/pure')
const nip19 = await import('nostr-tools/nip19')

const [mintUrl, count] = process.argv.slice(2)
const hex = (bytes) => Buffer.from(bytes).toString('hex')
const say = (value) => process.stdout.write(JSON.stringify(value) + '\n')

const { pubKeys, privKeys, keysetId } = cashu.createNewMintKeys(8)
const amounts = Object.keys(pubKeys)
const keys = Object.fromEntries(amounts.map((amount) => [amount, hex(pubKeys[amount])]))
say({ keysets: [{ id: keysetId, unit: 'sat', keys }] })

const provider = generateSecretKey()
const consumer = generateSecretKey()
for (let i = 0; i < Number(count); ++i) {
  const amount = amounts[i % amounts.length]
  const { B_ } = cashu.blindMessage(Buffer.from('secret ' + i))
  const { C_ } = cashu.createBlindSignature(B_, privKeys[amount], keysetId)
  const { e, s } = cashu.createDLEQProof(B_, privKeys[amount])
  const proof = {
    id: keysetId, amount: Number(amount), B_: B_.toHex(true), C_: C_.toHex(true), dleq: { e: hex(e), s: hex(s) },
  }
  const signed = {
    lease_id: 'lease-' + i,
    provider_npub: nip19.npubEncode(getPublicKey(provider)),
    consumer_npub: nip19.npubEncode(getPublicKey(consumer)),
    duration_paid: 3600,
    duration_delivered: 3600,
    success_flag: 1,
    payment_proof: {
      mint_url: mintUrl,
      swap_response_signature: Buffer.from(JSON.stringify(proof)).toString('base64url'),
    },
    version: 1,
  }
  const digest = createHash('sha256').update(canonical(signed)).digest()
  say({
    ...signed,
    completed_at: 1700000000,
    consumer_signature: hex(schnorr.sign(digest, consumer)),
    provider_co_signature: hex(schnorr.sign(digest, provider)),
  })
}
