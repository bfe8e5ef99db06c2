// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The NIP-86 client of @welshman/util (and nostr-tools' NIP-98) as the administrator in tests/app/tst_Nip86Node:
//   node nip86.mjs <url>
// Reads one JSON line per call on stdin and answers each with one line, what the relay said:
//   {"sk": hex, "request": {"method", "params"}}                         by @welshman/util
//   {"sk": hex, "request": …, "by": "nostr-tools"}                       by fetch with nostr-tools' token
//   {"information": true}                                                the NIP-11 document
import { createInterface } from 'node:readline'
import { webcrypto } from 'node:crypto'

// Node 18 has it under another name.
globalThis.crypto ??= webcrypto

const { finalizeEvent } = await import('nostr-tools/pure')
const nip98 = await import('nostr-tools/nip98')
const nip11 = await import('nostr-tools/nip11')
// The package's index draws in what this has no use for.
const client = new URL('./node_modules/@welshman/util/dist/util/src/', import.meta.url)
const { sendManagementRequest } = await import(new URL('Nip86.js', client))
const { makeHttpAuth } = await import(new URL('Nip98.js', client))

const url = process.argv[2]

async function byWelshman(sk, request) {
  const template = await makeHttpAuth(url, 'POST', JSON.stringify(request))
  return sendManagementRequest(url, request, finalizeEvent(template, sk))
}

async function byNostrTools(sk, request) {
  const token = await nip98.getToken(url, 'POST', (template) => finalizeEvent(template, sk), true, request)
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/nostr+json+rpc', Authorization: token },
    body: JSON.stringify(request),
  })
  return { status: answer.status, ...await answer.json() }
}

async function answer({ sk, request, by, information }) {
  if (information) return nip11.fetchRelayInformation(url)
  const secret = Uint8Array.from(Buffer.from(sk, 'hex'))
  return by === 'nostr-tools' ? byNostrTools(secret, request) : byWelshman(secret, request)
}

for await (const line of createInterface({ input: process.stdin }))
  process.stdout.write(JSON.stringify(await answer(JSON.parse(line))) + '\n')
