// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Signed events, spoilt in many ways, each with nostr-tools' verdict on it.
import { finalizeEvent, validateEvent, verifyEvent } from 'nostr-tools/pure'

/** mulberry32: the same numbers for the same seed. */
function random(seed) {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}

const fields = ['id', 'pubkey', 'created_at', 'kind', 'tags', 'content', 'sig']
const values = ['null', 'true', '0', '-1', '-0', '1', '65535', '65536', '4294967297', '1.0', '1.5', '1e3', '9007199254740992',
  '9007199254740993', '18446744073709551616', '1e999', '""', '"x"', '[]', '[[]]', '[1]', '[[1]]', '[[["a"]]]', '[{}]', '{}', '"1"',
  '"\\u0000"', '"\\ud800"', '"\\udc00x"', '"\\u007f"', '"' + 'a'.repeat(64) + '"', '"' + 'A'.repeat(64) + '"']
const snippets = ['\\u0000', '\\u001f', '\\n', '\\/', '\\"', '\\ud83d\\ude00', '\\ud800', '\\udc00', '\\u007f', '\x7f', '\n', '\x01',
  '\u2028', '\u00e9', '\ufffd', '\ufeff', '"', '\\', ',', '{', '}', '[', ']', ':', ' ', '\t', '0', '-', 'e5', '.0', '\u0000']

/** Text that differs from the kind's usual in every way that the hash must survive. */
function content(pick) {
  const parts = ['hello', ' ', '"', '\\', '\n', '\r', '\t', '\b', '\f', '\u0001', '\u001f', '\u0000', '\u00e9', '\u4e2d', '\ud83d\ude00', '\u2028',
    '\ufffd', '/', '<', '\u0080', '\ufeff', '\uffff']
  let out = ''
  for (let n = pick(12); n > 0; --n) out += parts[pick(parts.length)]
  return out
}

/** A valid event of unusual fields, signed: what only the written exceptions may refuse. */
function unusual(pick) {
  const odd = [
    { kind: 65536 }, { kind: 70000 }, { kind: -1 }, { created_at: -5 }, { created_at: 2 ** 53 + 2 }, { created_at: 0 },
    { kind: 1.5 }, { created_at: 1.5 }, { content: 'a\x7fb' }, { tags: [['t', '\x7f']] }, { content: '\ud800' }, { content: 'x\udc00' },
    { tags: [['\ud83d']] }, { tags: [[], ['']] }, { kind: 65535 }, { content: 'y'.repeat(65000) }, { content: 'y'.repeat(66000) },
  ]
  return odd[pick(odd.length)]
}

/** The value with other spellings of characters and blanks: the same event. */
function respell(value, pick) {
  const blank = () => ['', '', '', ' ', '\n', '\t\r'][pick(6)]
  if (typeof value === 'string') {
    return JSON.stringify(value).replace(/[a-z0-9]/gi, (c, at, all) =>
      pick(20) === 0 && all[at - 1] !== '\\' && !/\\u[0-9a-f]{0,3}$/i.test(all.slice(0, at))
        ? '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0') : c)
  }
  if (Array.isArray(value)) return '[' + blank() + value.map((v) => respell(v, pick)).join(blank() + ',' + blank()) + ']'
  return JSON.stringify(value)
}

function* texts(count, seed) {
  const pick = random(seed)
  const secret = (n) => new Uint8Array(32).fill(n + 1)
  const sign = (more = {}) => finalizeEvent({ kind: pick(40000), created_at: 1.7e9 + pick(1e6), content: content(pick),
    tags: Array.from({ length: pick(4) }, () => Array.from({ length: pick(4) }, () => content(pick))), ...more }, secret(pick(50)))
  const pool = Array.from({ length: 100 }, () => sign())
  for (let i = 0; i < count; ++i) {
    const event = pool[pick(pool.length)]
    const members = fields.map((f) => [f, JSON.stringify(event[f])])
    const json = (list) => '{' + list.map(([k, v]) => JSON.stringify(k) + ':' + v).join(',') + '}'
    const text = JSON.stringify(event)
    const at = pick(text.length)
    const way = pick(100)
    if (way < 35) { // any byte, changed, dropped or added
      const bytes = Buffer.from(text)
      const place = pick(bytes.length)
      if (way < 20) bytes[place] = pick(256)
      yield way < 20 ? bytes : way < 27 ? Buffer.concat([bytes.subarray(0, place), bytes.subarray(place + 1)])
        : Buffer.concat([bytes.subarray(0, place), Buffer.from([pick(256)]), bytes.subarray(place)])
    } else if (way < 55) { // something put in
      yield Buffer.from(text.slice(0, at) + snippets[pick(snippets.length)] + text.slice(at))
    } else if (way < 75) { // a field of another value, absent, or twice
      const which = pick(fields.length)
      const value = values[pick(values.length)]
      if (way < 68) members[which][1] = value
      else if (way < 71) members.splice(which, 1)
      else members.splice(pick(members.length), 0, [fields[which], pick(2) ? value : members[which][1]])
      yield Buffer.from(json(members))
    } else if (way < 80) { // another key beside it
      members.splice(pick(8), 0, [pick(2) ? 'extra' : '__proto__', values[pick(values.length)]])
      yield Buffer.from(json(members))
    } else if (way < 82) { // hex in capitals
      const which = ['id', 'pubkey', 'sig'][pick(3)]
      yield Buffer.from(JSON.stringify({ ...event, [which]: event[which].toUpperCase() }))
    } else if (way < 85) { // one digit of the signature
      const digit = pick(128)
      yield Buffer.from(JSON.stringify({ ...event, sig: event.sig.slice(0, digit) + '0123456789abcdef'[pick(16)] + event.sig.slice(digit + 1) }))
    } else if (way < 95) { // the same event, spelled and ordered otherwise
      members.sort(() => pick(3) - 1)
      yield Buffer.from(json(members.map(([k]) => [k, respell(event[k], pick)])))
    } else {
      yield Buffer.from(JSON.stringify(sign(unusual(pick))))
    }
  }
}

/** Counts how often each key stands at the top of a text that is known to be valid JSON. */
function hasDuplicateKeys(text) {
  const seen = new Set()
  let depth = 0
  let expectKey = false
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],]/gs)) {
    if (token === '{' || token === '[') expectKey = ++depth === 1 && token === '{'
    else if (token === '}' || token === ']') --depth
    else if (token === ',') expectKey = depth === 1
    else if (expectKey && depth === 1) {
      const key = JSON.parse(token)
      if (seen.has(key)) return true
      seen.add(key)
      expectKey = false
    }
  }
  return false
}

/** Why the product may refuse what nostr-tools takes: the whole list. */
function exceptions(bytes, text, event) {
  const strings = [event.content, ...(Array.isArray(event.tags) ? event.tags.flat(2) : [])].filter((s) => typeof s === 'string')
  const outside = text.replace(/"(?:[^"\\]|\\.)*"/gs, '""')
  const found = {
    'duplicate key': hasDuplicateKeys(text),
    'DEL': strings.some((s) => s.includes('\x7f')),
    'half a surrogate pair': /(^|[^\\])(\\\\)*\\ud[89a-f]/.test(JSON.stringify(event)), // only these are left escaped
    'kind out of 0..65535': event.kind < 0 || event.kind > 65535,
    'created_at out of 0..2^53': event.created_at < 0 || event.created_at >= 2 ** 53,
    'number not written as an integer': /[0-9](\.|[eE])/.test(outside),
    'number over 64 bits': /[0-9]{19}/.test(outside),
    'sig in capitals': /[A-F]/.test(event.sig),
    'larger than 65536 bytes': bytes.length > 65536,
    'byte order mark': text.startsWith('\ufeff'),
  }
  return Object.keys(found).filter((name) => found[name])
}

export function* mutated(count, seed) {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  for (const bytes of texts(count, seed)) {
    let verdict = false
    let why = []
    try {
      const text = decoder.decode(bytes)
      // A fresh object, since verifyEvent remembers its verdict on the object it was given.
      const event = JSON.parse(text)
      verdict = validateEvent(event) && verifyEvent(event)
      if (verdict) why = exceptions(bytes, text, event)
    } catch {
      verdict = false
    }
    yield { verdict, why, event: bytes.toString('base64') }
  }
}
