// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The npm packages bolt11, light-bolt11-decoder and macaroon as the other side of
// tests/lightning/tst_LightningInterop:
//   node lightning.mjs read-invoices           reads an invoice per line, says as JSON what the two packages read
//   node lightning.mjs write-invoices <count>  signed invoices with what they say, one JSON line each
//   node lightning.mjs read-macaroons          reads {"key","macaroon"} lines, says as JSON what it read
//   node lightning.mjs write-macaroons <count> macaroons with what they say, every second with a caveat
import { createHash } from 'node:crypto'
import { createInterface } from 'node:readline'
import bolt11 from 'bolt11'
import light from 'light-bolt11-decoder'
import macaroons from 'macaroon'

const say = (value) => process.stdout.write(JSON.stringify(value) + '\n')
const sha256 = (text) => createHash('sha256').update(text).digest()
const hex = (bytes) => Buffer.from(bytes).toString('hex')

// bolt11 knows signet only when told.
const networks = {
  lnbc: { bech32: 'bc', pubKeyHash: 0x00, scriptHash: 0x05, validWitnessVersions: [0, 1] },
  lntb: { bech32: 'tb', pubKeyHash: 0x6f, scriptHash: 0xc4, validWitnessVersions: [0, 1] },
  lntbs: { bech32: 'tbs', pubKeyHash: 0x6f, scriptHash: 0xc4, validWitnessVersions: [0, 1] },
  lnbcrt: { bech32: 'bcrt', pubKeyHash: 0x6f, scriptHash: 0xc4, validWitnessVersions: [0, 1] },
}

async function readInvoices() {
  for await (const line of createInterface({ input: process.stdin })) {
    const prefix = /^[a-z]+/.exec(line)[0]
    const { millisatoshis, timestamp, payeeNodeKey, tagsObject } = bolt11.decode(line, networks[prefix])
    const sections = light.decode(line, networks[prefix]).sections
    const section = (name) => sections.find((one) => one.name === name)?.value ?? null
    say({
      msat: millisatoshis, timestamp, payee: payeeNodeKey, hash: tagsObject.payment_hash, secret: tagsObject.payment_secret,
      description: tagsObject.description ?? null, descriptionHash: tagsObject.purpose_commit_hash ?? null,
      expiry: tagsObject.expire_time ?? null,
      light: {
        msat: section('amount'), timestamp: section('timestamp'), hash: section('payment_hash'), secret: section('payment_secret'),
        description: section('description'), descriptionHash: section('description_hash'), expiry: section('expiry'),
        features: [section('feature_bits').var_onion_optin, section('feature_bits').payment_secret],
      },
    })
  }
}

function writeInvoices(count) {
  for (let i = 0; i < count; ++i) {
    const prefix = Object.keys(networks)[i % 4]
    const says = {
      prefix, timestamp: 1700000000 + i * 7919, hash: hex(sha256(`hash ${i}`)), secret: hex(sha256(`secret ${i}`)),
      msat: i % 5 === 0 ? null : String(BigInt(i) * 10n ** BigInt(i % 12)), expiry: i % 3 === 0 ? null : i * i * i + 1,
      cltv: i % 7 === 0 ? null : i * 11, description: i % 2 ? null : `n\u00ba ${i} \ud83d\ude00 "q"`,
      descriptionHash: i % 2 ? hex(sha256(`description ${i}`)) : null,
    }
    const tags = [
      { tagName: 'payment_hash', data: says.hash },
      { tagName: 'payment_secret', data: says.secret },
      { tagName: 'feature_bits', data: { word_length: 4, payment_secret: { required: i % 2 === 0, supported: true },
        var_onion_optin: { required: true, supported: true }, basic_mpp: { required: false, supported: true } } },
    ]
    if (says.description !== null) tags.push({ tagName: 'description', data: says.description })
    else tags.push({ tagName: 'purpose_commit_hash', data: says.descriptionHash })
    if (says.expiry !== null) tags.push({ tagName: 'expire_time', data: says.expiry })
    if (says.cltv !== null) tags.push({ tagName: 'min_final_cltv_expiry', data: says.cltv })
    const key = hex(sha256(`key ${i}`))
    const unsigned = { network: networks[prefix], timestamp: says.timestamp, tags, ...(says.msat && { millisatoshis: says.msat }) }
    const signed = bolt11.sign(bolt11.encode(unsigned, false), key)
    // Every sixth names its payee: that one is signed once more, with the tag.
    if (i % 6 === 0) {
      tags.push({ tagName: 'payee_node_key', data: signed.payeeNodeKey })
      signed.paymentRequest = bolt11.sign(bolt11.encode(unsigned, false), key).paymentRequest
    }
    say({ ...says, payee: signed.payeeNodeKey, invoice: signed.paymentRequest })
  }
}

async function readMacaroons() {
  for await (const line of createInterface({ input: process.stdin })) {
    const { key, macaroon } = JSON.parse(line)
    const read = macaroons.importMacaroon(Buffer.from(macaroon, 'base64url'))
    const caveats = []
    let valid = true
    try {
      read.verify(Buffer.from(key, 'hex'), (caveat) => { caveats.push(caveat); return null }, [])
    } catch {
      valid = false
    }
    say({ valid, caveats, identifier: hex(read.identifier), location: read.location ?? '' })
  }
}

function writeMacaroons(count) {
  for (let i = 0; i < count; ++i) {
    const key = sha256(`root key ${i}`).subarray(0, i % 33)
    const identifier = sha256(`identifier ${i}`).toString('base64').repeat(1 + (i % 9))
    const location = i % 3 === 0 ? '' : 'https://tower.example'
    const made = macaroons.newMacaroon({ version: 2, rootKey: key, identifier, location })
    // The package's buffer doubles with every field that it appends: more caveats need gigabytes.
    const caveats = i % 2 ? [`caveat = ${'\u00e9'.repeat(i)}`] : []
    caveats.forEach((caveat) => made.addFirstPartyCaveat(caveat))
    say({ key: hex(key), identifier, location, caveats, macaroon: Buffer.from(made.exportBinary()).toString('base64url') })
  }
}

const commands = { 'read-invoices': readInvoices, 'write-invoices': writeInvoices,
  'read-macaroons': readMacaroons, 'write-macaroons': writeMacaroons }
const [command, count] = process.argv.slice(2)
await commands[command](Number(count))
