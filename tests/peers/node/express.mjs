// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
//   node express.mjs pure|wasm <folder>
// What the policy route is compared with in tests/bench: Express with nostr-tools, verifying in JavaScript or with
// a WebAssembly secp256k1. It does less than the product: the author is looked up in a Map, and a queued event is
// one line appended to a file and synchronised, without a database. The author whose key is in the variable
// ELITE is accepted, all others are queued.
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import express from 'express'

const [engine, folder] = process.argv.slice(2)
let verifyEvent
if (engine === 'wasm') {
  const { initNostrWasm } = await import('nostr-wasm')
  const nostr = await initNostrWasm()
  verifyEvent = (event) => {
    try {
      nostr.verifyEvent(event)
      return true
    } catch {
      return false
    }
  }
} else {
  verifyEvent = (await import('nostr-tools/pure')).verifyEvent
}

const accounts = new Map([[process.env.ELITE, { access: 'write', tier: 'elite' }]])
const queue = openSync(join(folder, `queue-${engine}`), 'a')
process.on('exit', () => closeSync(queue))

const app = express()
app.disable('etag')
app.disable('x-powered-by')
app.use(express.json())
app.post('/api/relay/policy', (request, response) => {
  const { event } = request.body
  if (!verifyEvent(event)) return response.json({ id: event.id, action: 'reject', msg: 'invalid: signature' })
  if (accounts.get(event.pubkey)?.tier === 'elite') return response.json({ id: event.id, action: 'accept', msg: '' })
  writeSync(queue, JSON.stringify(event) + '\n')
  fdatasyncSync(queue)
  response.json({ id: event.id, action: 'shadowReject', msg: '' })
})
const server = app.listen(0, '127.0.0.1', () => process.stdout.write(`listening on http://127.0.0.1:${server.address().port}\n`))
process.on('SIGTERM', () => process.exit(0))
