import type { AccessEntry__Output } from '@protectmyapi/protos/generated/directory/v1/AccessEntry'
import type { AccessOutcome__Output } from '@protectmyapi/protos/generated/directory/v1/AccessOutcome'
import type { AccessSubject__Output } from '@protectmyapi/protos/generated/directory/v1/AccessSubject'
import type { GrantedSecret__Output } from '@protectmyapi/protos/generated/directory/v1/GrantedSecret'

/** Says what about an entry is not as directory.proto has it. */
export class OutOfShape extends Error {}

/**
 * An entry of a stream, parsed from JSON, as the gRPC side would have it: what is missing has the value that an unset
 * field has, and members we do not know are passed over. By hand, since every access of every app comes through here.
 *
 * @throws OutOfShape where something has another type.
 */
export function readEntry(parsed: unknown): AccessEntry__Output {
  const of = members(parsed, 'the entry')
  return {
    kind: readKind(of.kind),
    shard: integer(of, 'shard'),
    sequence: integer(of, 'sequence'),
    atMs: integer(of, 'atMs'),
    requestId: text(of, 'requestId'),
    organizationId: text(of, 'organizationId'),
    subject: isUnset(of.subject) ? null : readSubject(members(of.subject, 'subject')),
    outcome: isUnset(of.outcome) ? null : readOutcome(members(of.outcome, 'outcome')),
  }
}

type Members = Readonly<Record<string, unknown>>

function readKind(value: unknown): AccessEntry__Output['kind'] {
  switch (value) {
    case 'ENTRY_KIND_ADMITTED':
    case 'ENTRY_KIND_FINISHED':
    case 'ENTRY_KIND_VOID':
      return value
    default:
      throw new OutOfShape('its kind is none that we know')
  }
}

const readSubject = (of: Members): AccessSubject__Output => ({
  appId: text(of, 'appId'),
  serviceId: text(of, 'serviceId'),
  deviceId: text(of, 'deviceId'),
  sessionId: text(of, 'sessionId'),
  secrets: list(of, 'secrets').map(readSecret),
  method: text(of, 'method'),
  path: text(of, 'path'),
  sourceAddress: text(of, 'sourceAddress'),
  platform: text(of, 'platform'),
  appVersion: text(of, 'appVersion'),
  unattested: flag(of, 'unattested'),
})

function readSecret(value: unknown): GrantedSecret__Output {
  const of = members(value, 'a secret')
  return {
    secretId: text(of, 'secretId'),
    versionId: text(of, 'versionId'),
    generation: integer(of, 'generation'),
    name: text(of, 'name'),
  }
}

const readOutcome = (of: Members): AccessOutcome__Output => ({
  status: integer(of, 'status'),
  fault: text(of, 'fault'),
  requestBytes: integer(of, 'requestBytes'),
  responseBytes: integer(of, 'responseBytes'),
  upstreamMs: integer(of, 'upstreamMs'),
  totalMs: integer(of, 'totalMs'),
  aborted: flag(of, 'aborted'),
})

const isUnset = (value: unknown): value is undefined | null => value === undefined || value === null

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function members(value: unknown, what: string): Members {
  if (!isMembers(value)) throw new OutOfShape(`${what} is no object`)
  return value
}

function text(of: Members, name: string): string {
  const value = of[name]
  if (isUnset(value)) return ''
  if (typeof value !== 'string') throw new OutOfShape(`${name} is no text`)
  return value
}

function integer(of: Members, name: string): number {
  const value = of[name]
  if (isUnset(value)) return 0
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new OutOfShape(`${name} is no integer`)
  return value
}

function flag(of: Members, name: string): boolean {
  const value = of[name]
  if (isUnset(value)) return false
  if (typeof value !== 'boolean') throw new OutOfShape(`${name} is neither true nor false`)
  return value
}

function list(of: Members, name: string): readonly unknown[] {
  const value = of[name]
  if (isUnset(value)) return []
  if (!Array.isArray(value)) throw new OutOfShape(`${name} is no list`)
  return value
}
