import type { AccessEntry, AccessEntry__Output } from './generated/protectmyapi/directory/v1/AccessEntry.js'
import type { AccessOutcome, AccessOutcome__Output } from './generated/protectmyapi/directory/v1/AccessOutcome.js'
import type { AccessSubject, AccessSubject__Output } from './generated/protectmyapi/directory/v1/AccessSubject.js'
import type { GrantedSecret, GrantedSecret__Output } from './generated/protectmyapi/directory/v1/GrantedSecret.js'

/**
 * An access entry as text, for a stream of Redis: a JSON list with fields by position, because names would be half of
 * what a proxy sends, Redis keeps and the drain reads. A position never changes its meaning; new fields are appended.
 *
 * `[kind, shard, sequence, atMs, requestId, organizationId, …]`, followed in an admitted entry (`a`) by `appId,
 * serviceId, deviceId, sessionId, [[secretId, versionId, generation, name], …], method, path, sourceAddress, platform,
 * appVersion, unattested`, and in a finished (`f`) or void one (`v`) by `status, fault, requestBytes, responseBytes,
 * upstreamMs, totalMs, aborted`, or by nothing in a void one without an outcome.
 */
const KINDS = { ENTRY_KIND_ADMITTED: 'a', ENTRY_KIND_FINISHED: 'f', ENTRY_KIND_VOID: 'v' } as const
const KINDS_OF = { a: 'ENTRY_KIND_ADMITTED', f: 'ENTRY_KIND_FINISHED', v: 'ENTRY_KIND_VOID' } as const

/** Formatted by hand, because it runs twice for each request of an app and showed up in the proxy's profile. */
export function writeEntryText(entry: AccessEntry): string {
  const { kind, shard, sequence, atMs, requestId, organizationId, subject, outcome } = entry
  const head = `["${KINDS[kind as keyof typeof KINDS]}",${shard},${sequence},${atMs},${quoted(requestId)},${quoted(organizationId)}`
  if (kind === 'ENTRY_KIND_ADMITTED') return `${head},${writeSubject(subject ?? {})}]`
  return outcome ? `${head},${writeOutcome(outcome)}]` : `${head}]`
}

function writeSubject(subject: AccessSubject): string {
  const who = `${quoted(subject.appId)},${quoted(subject.serviceId)},${quoted(subject.deviceId)},${quoted(subject.sessionId)}`
  const what = `${quoted(subject.method)},${quoted(subject.path)},${quoted(subject.sourceAddress)}`
  const how = `${quoted(subject.platform)},${quoted(subject.appVersion)},${subject.unattested === true}`
  return `${who},${writeSecrets(subject.secrets ?? [])},${what},${how}`
}

/** Texts by list: all requests of a route share the same list. */
const secretsTexts = new WeakMap<readonly GrantedSecret[], string>()

function writeSecrets(secrets: readonly GrantedSecret[]): string {
  const known = secretsTexts.get(secrets)
  if (known !== undefined) return known
  const lists = secrets.map(({ secretId, versionId, generation, name }) => [secretId, versionId, generation, name])
  const text = JSON.stringify(lists)
  secretsTexts.set(secrets, text)
  return text
}

function writeOutcome(of: AccessOutcome): string {
  return `${of.status},${quoted(of.fault)},${of.requestBytes},${of.responseBytes},${of.upstreamMs},${of.totalMs},${of.aborted === true}`
}

/**
 * Printable ASCII without quote and backslash needs no escaping (RFC 8259 section 7). Nearly every text here is such.
 */
const PLAIN = /^[ !#-[\]-~]*$/

function quoted(text: string | undefined): string {
  if (text === undefined) return '""'
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text)
}

/** The text is JSON but not an entry; the message says what is wrong. */
export class OutOfShape extends Error {}

export class NotJson extends Error {}

/**
 * Missing fields at the end get the value of an unset field, and additional ones are ignored.
 *
 * @throws NotJson; OutOfShape if a field has another type.
 */
export function readEntryText(text: string): AccessEntry__Output {
  const read = positions(parse(text), 'the entry')
  const kind = KINDS_OF[read.text('kind') as keyof typeof KINDS_OF]
  if (kind === undefined) throw new OutOfShape('its kind is none that we know')
  return {
    kind,
    shard: read.integer('shard'),
    sequence: read.integer('sequence'),
    atMs: read.integer('atMs'),
    requestId: read.text('requestId'),
    organizationId: read.text('organizationId'),
    subject: kind === 'ENTRY_KIND_ADMITTED' ? readSubject(read) : null,
    outcome: kind === 'ENTRY_KIND_ADMITTED' || read.isAtEnd() ? null : readOutcome(read),
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new NotJson(cause instanceof Error ? cause.message : 'it is no JSON')
  }
}

const readSubject = (read: Positions): AccessSubject__Output => ({
  appId: read.text('appId'),
  serviceId: read.text('serviceId'),
  deviceId: read.text('deviceId'),
  sessionId: read.text('sessionId'),
  secrets: read.list('secrets').map(readSecret),
  method: read.text('method'),
  path: read.text('path'),
  sourceAddress: read.text('sourceAddress'),
  platform: read.text('platform'),
  appVersion: read.text('appVersion'),
  unattested: read.flag('unattested'),
})

function readSecret(value: unknown): GrantedSecret__Output {
  const read = positions(value, 'a secret')
  return {
    secretId: read.text('secretId'),
    versionId: read.text('versionId'),
    generation: read.integer('generation'),
    name: read.text('name'),
  }
}

const readOutcome = (read: Positions): AccessOutcome__Output => ({
  status: read.integer('status'),
  fault: read.text('fault'),
  requestBytes: read.integer('requestBytes'),
  responseBytes: read.integer('responseBytes'),
  upstreamMs: read.integer('upstreamMs'),
  totalMs: read.integer('totalMs'),
  aborted: read.flag('aborted'),
})

/** Reads the values of a list in order, one with each call. */
interface Positions {
  text(name: string): string
  integer(name: string): number
  flag(name: string): boolean
  list(name: string): readonly unknown[]
  isAtEnd(): boolean
}

function positions(value: unknown, what: string): Positions {
  if (!Array.isArray(value)) throw new OutOfShape(`${what} is no list`)
  const list: readonly unknown[] = value
  let at = 0
  function next<Value>(name: string, unset: Value, isRight: (found: unknown) => found is Value): Value {
    const found = list[at]
    at += 1
    if (at > list.length) return unset
    if (!isRight(found)) throw new OutOfShape(`${name} is of another type`)
    return found
  }
  return {
    text: (name) => next(name, '', (found) => typeof found === 'string'),
    integer: (name) => next(name, 0, (found): found is number => Number.isSafeInteger(found)),
    flag: (name) => next(name, false, (found) => typeof found === 'boolean'),
    list: (name) => next(name, [], (found): found is unknown[] => Array.isArray(found)),
    isAtEnd: () => at >= list.length,
  }
}
