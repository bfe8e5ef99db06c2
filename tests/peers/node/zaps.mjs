// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// nostr-tools as the recipient's service of tests/outreach/tst_ZapFlow:
//   node zaps.mjs   reads a zap request and says as JSON what is wrong with it (null: nothing), its content,
//                   and the description that its receipt would have
import { readFileSync } from 'node:fs'
import { makeZapReceipt, validateZapRequest } from 'nostr-tools/nip57'
import { verifyEvent } from 'nostr-tools/pure'

const text = readFileSync(0, 'utf8').trimEnd()
const request = JSON.parse(text)
const problem = validateZapRequest(text) ?? (verifyEvent(request) ? null : 'its signature is wrong')
const receipt = makeZapReceipt({ zapRequest: text, preimage: '', bolt11: 'lnbc1', paidAt: new Date(0) })
process.stdout.write(JSON.stringify({
  problem, content: request.content,
  receiptDescription: receipt.tags.find(([name]) => name === 'description')[1],
}))
