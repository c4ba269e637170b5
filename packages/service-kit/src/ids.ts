import { randomFillSync } from 'node:crypto'
import { ulid } from 'ulid'

/** Prefixes of ids. The rest is a ULID, which sorts by time of creation. */
const PREFIXES = {
  organization: 'org',
  secret: 'sec',
  version: 'ver',
  service: 'svc',
  internalService: 'isv',
  app: 'app',
  user: 'usr',
  device: 'dvc',
  request: 'req',
  invitation: 'inv',
  session: 'ses',
  debugToken: 'dbg',
  personalToken: 'pat',
  boot: 'boot',
  lease: 'lse',
  audit: 'aud',
  link: 'lnk',
  key: 'key',
  installation: 'ins',
} as const

export type IdKind = keyof typeof PREFIXES

declare const brand: unique symbol
/** A string that was checked to be, or created as, an id of this kind. */
export type Id<Kind extends IdKind> = string & { readonly [brand]: Kind }

const BODY = /^[0-9A-HJKMNP-TV-Z]{26}$/

/** Random bytes are drawn in pools: drawn one id at a time, the ids of requests took a tenth of the proxy's time. */
const POOL_BYTES = 4_096
const pool = Buffer.alloc(POOL_BYTES)
let taken = POOL_BYTES

function random(): number {
  if (taken === POOL_BYTES) {
    randomFillSync(pool)
    taken = 0
  }
  const byte = pool[taken] ?? 0
  taken += 1
  return byte / 256
}

export function newId<Kind extends IdKind>(kind: Kind): Id<Kind> {
  return `${PREFIXES[kind]}_${ulid(undefined, random)}` as Id<Kind>
}

/** Narrows a string from outside. */
export function isId<Kind extends IdKind>(kind: Kind, text: string): text is Id<Kind> {
  const prefix = `${PREFIXES[kind]}_`
  return text.startsWith(prefix) && BODY.test(text.slice(prefix.length))
}

/**
 * The reserved organization that owns the installation's signing keys. Its id is not a ULID, so no tenant can have it.
 */
export const INSTALLATION_ORGANIZATION = 'org_installation' as Id<'organization'>
