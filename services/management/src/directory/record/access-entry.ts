import type { AccessEntry__Output } from '@protectmyapi/protos/generated/directory/v1/AccessEntry'
import { Fault } from '@protectmyapi/service-kit/faults'
import { isId } from '@protectmyapi/service-kit/ids'
import { storable } from '../../access-log/store/storable.js'

/** `granted`: a grant to an internal service, written by management itself. No proxy writes one. */
type EntryKind = 'admitted' | 'finished' | 'void' | 'granted'

/** An entry on its way into the inbox. */
export interface InboxEntry {
  readonly bootId: string
  readonly shard: number
  readonly sequence: number
  readonly kind: EntryKind
  readonly atMs: number
  readonly requestId: string
  readonly organizationId: string
  /** Canonical JSON on one line. The digest of its batch is made of it, and it is stored in the column `entry`. */
  readonly content: string
}

const LIMITS = {
  idCharsMax: 64,
  /** Length of one text in an entry. The proxy cuts paths at 512 bytes. */
  textCharsMax: 1_024,
} as const

/**
 * Checked and written out field by field, because Postgres gets text with tabs between the fields. @throws Fault
 * INVALID_REQUEST for what no genuine proxy sends.
 */
export function toInboxEntry(bootId: string, wire: AccessEntry__Output): InboxEntry {
  const sound =
    isId('boot', bootId) &&
    Number.isInteger(wire.shard) &&
    wire.shard >= 0 &&
    Number.isSafeInteger(wire.sequence) &&
    wire.sequence > 0 &&
    Number.isSafeInteger(wire.atMs) &&
    wire.atMs >= 0 &&
    isShort(wire.requestId) &&
    isShort(wire.organizationId)
  const kind = KINDS[wire.kind]
  if (!sound || !kind) throw new Fault('INVALID_REQUEST', 'an access entry out of shape')
  const { shard, sequence, atMs, requestId, organizationId } = wire
  // Canonical as it is written: its members are in order already, and a sorted copy would cost more than the writing.
  return {
    bootId,
    shard,
    sequence,
    kind,
    atMs,
    requestId,
    organizationId,
    content: JSON.stringify(contentOf(kind, wire)),
  }
}

const KINDS = {
  ENTRY_KIND_UNSPECIFIED: undefined,
  ENTRY_KIND_ADMITTED: 'admitted',
  ENTRY_KIND_FINISHED: 'finished',
  ENTRY_KIND_VOID: 'void',
} as const

/** Printable, without blanks, so that no id can hold what separates the fields of a line, or lines. */
const ID = /^[!-~]+$/

const isShort = (id: string): boolean => id.length <= LIMITS.idCharsMax && ID.test(id)

/** Members are in the order of canonical-json.ts, everywhere. */
function contentOf(kind: EntryKind, { subject, outcome }: AccessEntry__Output): object {
  if (kind === 'admitted') {
    if (!subject) throw new Fault('INVALID_REQUEST', 'an admitted entry without its subject')
    return {
      app: text(subject.appId),
      appVersion: text(subject.appVersion),
      device: text(subject.deviceId),
      method: text(subject.method),
      path: text(subject.path),
      platform: text(subject.platform),
      secrets: subject.secrets.map(({ secretId, versionId, generation, name }) => ({
        generation,
        id: text(secretId),
        name: text(name),
        version: text(versionId),
      })),
      service: text(subject.serviceId),
      session: text(subject.sessionId),
      sourceAddress: text(subject.sourceAddress),
      unattested: subject.unattested,
    }
  }
  if (!outcome) {
    if (kind === 'void') return {}
    throw new Fault('INVALID_REQUEST', 'a finished entry without its outcome')
  }
  return {
    aborted: outcome.aborted,
    fault: text(outcome.fault),
    requestBytes: outcome.requestBytes,
    responseBytes: outcome.responseBytes,
    status: outcome.status,
    totalMs: outcome.totalMs,
    upstreamMs: outcome.upstreamMs,
  }
}

/**
 * Text that Postgres cannot store, in a path, must not hold up the entries beside it. Cut first, because a cut can
 * halve a surrogate pair.
 */
const text = (value: string): string => storable(value.slice(0, LIMITS.textCharsMax))

/** Postgres may return numbers as text. */
interface Place {
  readonly bootId: string
  readonly shard: number | string
  readonly sequence: number | string
}

export const placeOf = ({ bootId, shard, sequence }: Place): string => `${bootId}/${shard}/${sequence}`
