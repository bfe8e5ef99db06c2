// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
//   node sign.mjs <secret key in hex> <content> ...
// One line per content, as strfry hands an event to its write-policy plugin: a text note signed by nostr-tools.
import { finalizeEvent } from 'nostr-tools/pure'

const [secret, ...contents] = process.argv.slice(2)
const now = Math.floor(Date.now() / 1000)
for (const content of contents) {
  const event = finalizeEvent({ kind: 1, created_at: now, tags: [], content }, Buffer.from(secret, 'hex'))
  const line = { type: 'new', event, receivedAt: now, sourceType: 'IP4', sourceInfo: '203.0.113.7' }
  process.stdout.write(JSON.stringify(line) + '\n')
}
