// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A customer and an elite member made of nostr-tools, against a running tower, for tests/app/tst_SignInNode:
//   ADMIN_TOKEN=… node signin.mjs <url>     one JSON line a step: {"step", "status", …}
import { finalizeEvent, generateSecretKey, getPublicKey } from 'nostr-tools/pure'
import * as nip19 from 'nostr-tools/nip19'

const [url] = process.argv.slice(2)
const now = () => Math.floor(Date.now() / 1000)

async function ask(step, method, path, { body, token, admin, quiet } = {}) {
  const headers = {}
  if (body) headers['Content-Type'] = 'application/json'
  if (token) headers['X-Nostr-Token'] = token
  if (admin) headers.Authorization = 'Bearer ' + process.env.ADMIN_TOKEN
  const response = await fetch(url + path, { method, headers, body: body && JSON.stringify(body) })
  const answer = { status: response.status, header: response.headers.get('x-nostr-token'), json: await response.json() }
  if (!quiet) process.stdout.write(JSON.stringify({ step, ...answer }) + '\n')
  return answer
}

class User {
  constructor() {
    this.sk = generateSecretKey()
    this.pubkey = getPublicKey(this.sk)
    this.npub = nip19.npubEncode(this.pubkey)
  }
  sign(kind, content, tags = []) {
    return JSON.parse(JSON.stringify(finalizeEvent({ kind, created_at: now(), content, tags }, this.sk)))
  }
  async signIn(step, kind = 27235) {
    const { json } = await ask(step + '.challenge', 'POST', '/api/identity/challenge')
    const event = kind === 27235 ? this.sign(kind, json.nonce) : this.sign(kind, '', [['challenge', json.nonce]])
    const answer = await ask(step, 'POST', '/api/identity/verify', { body: { event } })
    this.token = answer.json.nostr_token
    return event
  }
}

const customer = new User()
const elite = new User()
process.stdout.write(JSON.stringify({ step: 'keys', customer: customer.pubkey, customerNpub: customer.npub, elite: elite.pubkey }) + '\n')

const used = await customer.signIn('customer')
await ask('replay', 'POST', '/api/identity/verify', { body: { event: used } })
await ask('altered', 'POST', '/api/identity/verify', { body: { event: { ...used, content: used.content + 'x' } } })
await elite.signIn('elite', 22242)
await ask('me', 'GET', '/api/identity/me', { token: customer.token })
await ask('stranger', 'GET', '/api/identity/me', { token: customer.token.slice(0, -2) })

const vouch = () => ({ voucheePubkey: customer.npub, event: elite.sign(1, 'I know them', [['p', customer.pubkey]]) })
await ask('tooEarly', 'POST', '/api/identity/vouch', { body: vouch(), token: elite.token })
await ask('adjust', 'POST', `/api/admin/identities/${elite.pubkey}/adjust`, { admin: true, body: { score: 200, reason: 'known' } })
await ask('vouch', 'POST', '/api/identity/vouch', { body: vouch(), token: elite.token })

const same = vouch()
const many = await Promise.all(Array.from({ length: 100 }, () => ask('', 'POST', '/api/identity/vouch', { body: same, token: elite.token, quiet: true })))
process.stdout.write(JSON.stringify({ step: 'many', statuses: [...new Set(many.map((answer) => answer.status))], count: many.length }) + '\n')
await ask('meAfter', 'GET', '/api/identity/me', { token: customer.token })
await ask('timmy', 'GET', '/api/identity/timmy')
