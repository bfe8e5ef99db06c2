// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// nostr-tools as the other side of tests/nostr/tst_MessageInterop:
//   node messages.mjs   reads {"sk","pubkey","nip04","nip44"} lines, encrypted for sk by pubkey's owner; says as JSON what
//                       it read (in base64), and the same texts encrypted back
import { createInterface } from 'node:readline'
import * as nip04 from 'nostr-tools/nip04'
import * as nip44 from 'nostr-tools/nip44'

const base64 = (text) => Buffer.from(text).toString('base64')

for await (const line of createInterface({ input: process.stdin })) {
  const { sk, pubkey, ...contents } = JSON.parse(line)
  const key = Uint8Array.from(Buffer.from(sk, 'hex'))
  const conversation = nip44.v2.utils.getConversationKey(key, pubkey)
  const old = await nip04.decrypt(key, pubkey, contents.nip04)
  const text = nip44.v2.decrypt(contents.nip44, conversation)
  process.stdout.write(JSON.stringify({
    nip04: base64(old), nip44: base64(text),
    nip04Back: await nip04.encrypt(key, pubkey, old), nip44Back: nip44.v2.encrypt(text, conversation),
  }) + '\n')
}
