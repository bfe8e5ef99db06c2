// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// nostr-tools as the other side of tests/nostr/tst_Interop:
//   node events.mjs keys <count>            keys, their NIP-19 forms and a signed event each, one JSON line per key
//   node events.mjs verify                  reads {"sk","event","npub"} lines, answers one JSON line each
//   node events.mjs mutate <count> <seed>   mutated events with nostr-tools' verdict and the exceptions they fall under
//   node events.mjs nip98 <url> <method>    reads header lines and checks them; first prints a header of its own
import { createInterface } from 'node:readline'
import { finalizeEvent, generateSecretKey, getEventHash, getPublicKey, validateEvent, verifyEvent } from 'nostr-tools/pure'
import * as nip19 from 'nostr-tools/nip19'
import * as nip98 from 'nostr-tools/nip98'
import { mutated } from './mutations.mjs'

const hex = (bytes) => Buffer.from(bytes).toString('hex')
const say = (value) => process.stdout.write(JSON.stringify(value) + '\n')

function keys(count) {
  for (let i = 0; i < count; ++i) {
    const sk = generateSecretKey()
    const pubkey = getPublicKey(sk)
    const relays = ['wss://relay.example/' + i]
    const event = finalizeEvent(
      { kind: i * 31, created_at: 1700000000 + i, tags: [['p', pubkey], []], content: `n\u00ba ${i}\n\t"\\\u0001\ud83d\ude00` },
      sk,
    )
    say({
      sk: hex(sk), nsec: nip19.nsecEncode(sk), pubkey, npub: nip19.npubEncode(pubkey), note: nip19.noteEncode(event.id),
      nprofile: nip19.nprofileEncode({ pubkey, relays }),
      nevent: nip19.neventEncode({ id: event.id, relays, author: pubkey, kind: event.kind }),
      event: Buffer.from(JSON.stringify(event)).toString('base64'),
    })
  }
}

async function verify() {
  for await (const line of createInterface({ input: process.stdin })) {
    const { sk, event, npub, nevent } = JSON.parse(line)
    const parsed = JSON.parse(Buffer.from(event, 'base64').toString())
    const decoded = nip19.decode(nevent).data
    say({
      valid: validateEvent(parsed) && verifyEvent(parsed),
      id: getEventHash(parsed),
      pubkey: getPublicKey(Buffer.from(sk, 'hex')),
      npub: nip19.decode(npub).data,
      nevent: [decoded.id, decoded.author, decoded.kind, ...decoded.relays],
    })
  }
}

async function authorize(url, method) {
  const sk = generateSecretKey()
  say({ pubkey: getPublicKey(sk), header: await nip98.getToken(url, method, (e) => finalizeEvent(e, sk), true, { a: 1 }) })
  for await (const line of createInterface({ input: process.stdin })) {
    say({ valid: await nip98.validateToken(line, url, method).catch(() => false) })
  }
}

const [command, first, second] = process.argv.slice(2)
if (command === 'keys') keys(Number(first))
else if (command === 'verify') await verify()
else if (command === 'mutate') for (const one of mutated(Number(first), Number(second))) say(one)
else if (command === 'nip98') await authorize(first, second)
else process.exit(2)
