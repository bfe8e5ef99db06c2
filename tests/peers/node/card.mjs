// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A page of another origin that includes the identity card, in Chromium, for tests/app/tst_IdentityCard:
//   node card.mjs <url of the tower>
// Reads one JSON line per step on stdin and answers each with what the page shows then:
//   {"open": "tower"}                    the card of the tower
//   {"open": "another", "answer": text}  the same script from a server that answers its question with `text`
//   {"tick": true}                       a minute later
//   {"click": true}                      a click on the key
//   {"wait": milliseconds}
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import WebSocket from 'ws'

const tower = process.argv[2]
const script = await (await fetch(`${tower}/timmy-id-card.js`)).text()
let foreignAnswer = ''

const pages = createServer((request, response) => {
  if (request.url === '/below/timmy-id-card.js') {
    response.setHeader('Content-Type', 'text/javascript')
    response.end(script)
  } else if (request.url === '/below/api/identity/timmy') {
    response.setHeader('Content-Type', 'application/json')
    response.end(foreignAnswer)
  } else {
    const source = request.url === '/tower' ? tower : '/below'
    response.setHeader('Content-Type', 'text/html; charset=utf-8')
    // No inline style or script may be needed, and a second inclusion must do no harm.
    response.setHeader('Content-Security-Policy', `default-src 'none'; script-src 'self' ${tower}; connect-src 'self' ${tower}`)
    response.end(`<!doctype html><title>a page</title><script src="${source}/timmy-id-card.js"></script>
      <p>a page</p><script src="${source}/timmy-id-card.js"></script>`)
  }
})
await new Promise((done) => pages.listen(0, '127.0.0.1', done))
const here = `http://127.0.0.1:${pages.address().port}`

const profile = mkdtempSync(join(tmpdir(), 'tower-card-'))
const browser = spawn('chromium', ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1', `--user-data-dir=${profile}`,
  '--remote-debugging-port=0', 'about:blank'], { stdio: ['ignore', 'ignore', 'pipe'] })
const debugUrl = await new Promise((done) => {
  const lines = createInterface({ input: browser.stderr })
  lines.on('line', (line) => {
    const found = /DevTools listening on (ws:\S+)/.exec(line)
    if (found) done(found[1])
  })
})
const socket = new WebSocket(debugUrl)
await new Promise((done) => socket.on('open', done))

let lastId = 0
const waiting = new Map()
const problems = []
socket.on('message', (data) => {
  const message = JSON.parse(data)
  if (message.method === 'Runtime.exceptionThrown')
    problems.push(message.params.exceptionDetails.text)
  if (waiting.has(message.id)) {
    waiting.get(message.id)(message)
    waiting.delete(message.id)
  }
})
function ask(method, params = {}, sessionId = undefined) {
  return new Promise((done, failed) => {
    waiting.set(++lastId, (message) => message.error ? failed(new Error(message.error.message)) : done(message.result))
    socket.send(JSON.stringify({ id: lastId, method, params, sessionId }))
  })
}
const { targetId } = await ask('Target.createTarget', { url: 'about:blank' })
const { sessionId } = await ask('Target.attachToTarget', { targetId, flatten: true })
const page = (method, params) => ask(method, params, sessionId)
async function run(expression) {
  const { result, exceptionDetails } = await page('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true })
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
  return result.value
}
await page('Runtime.enable')
await page('Page.enable')
await page('Network.enable')
await page('Network.setCacheDisabled', { cacheDisabled: true })
await page('Emulation.setFocusEmulationEnabled', { enabled: true })
await ask('Browser.grantPermissions', { origin: here, permissions: ['clipboardReadWrite', 'clipboardSanitizedWrite'] })
// The page's minutes pass when the test says so, and what it asks for is waited for.
await page('Page.addScriptToEvaluateOnNewDocument', { source: `
  window.repeated = []
  window.setInterval = (work, ms) => window.repeated.push({ work, ms })
  window.asking = 0
  const realFetch = window.fetch
  window.fetch = async (...given) => {
    ++window.asking
    try { return await realFetch(...given) } finally { setTimeout(() => --window.asking, 50) }
  }` })

const settled = () => run(`new Promise((done) => {
  const look = () => window.asking === 0 && document.readyState === 'complete' ? done() : setTimeout(look, 20)
  look()
})`)

async function step({ open, answer, tick, click, wait }) {
  if (open) {
    foreignAnswer = answer ?? ''
    await page('Page.navigate', { url: `${here}/${open}` })
  }
  if (tick) await run('window.repeated.forEach(({ work }) => work())')
  if (click) {
    const { x, y } = await run(`(() => {
      const { x, y, width, height } = document.querySelector('#timmy-id-card button').getBoundingClientRect()
      return { x: x + width / 2, y: y + height / 2 }
    })()`)
    for (const type of ['mousePressed', 'mouseReleased'])
      await page('Input.dispatchMouseEvent', { type, x, y, button: 'left', clickCount: 1 })
    await new Promise((done) => setTimeout(done, 300))
  }
  if (wait) await new Promise((done) => setTimeout(done, wait))
  await settled()
  const shown = await run(`(async () => {
    const cards = document.querySelectorAll('#timmy-id-card')
    const { right, bottom } = cards[0].getBoundingClientRect()
    return {
      cards: cards.length,
      text: cards[0].innerText,
      position: getComputedStyle(cards[0]).position,
      fromRight: document.documentElement.clientWidth - right,
      fromBottom: innerHeight - bottom,
      elements: cards[0].querySelectorAll('*').length,
      periods: window.repeated.map(({ ms }) => ms),
      clipboard: await navigator.clipboard.readText(),
    }
  })()`)
  return { ...shown, problems }
}

try {
  for await (const line of createInterface({ input: process.stdin }))
    process.stdout.write(JSON.stringify(await step(JSON.parse(line)).catch((error) => ({ error: String(error) }))) + '\n')
} finally {
  const gone = new Promise((done) => browser.on('exit', done))
  await ask('Browser.close')
  await gone
  rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }) // helpers end a little later
  process.exit(0)
}
