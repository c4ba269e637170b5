import type { Bindings } from '@protectmyapi/service-kit/destinations/bindings'
import { Fault } from '@protectmyapi/service-kit/faults'
import { INSTALLATION_ORGANIZATION } from '@protectmyapi/service-kit/ids'
import type { Purpose } from '../envelope/seal-context.js'

const BOUNDS = {
  /** Ids are 30 characters; the rest is room for other schemes. They appear in keys, logs and associated data. */
  idCharsMax: 64,
  valueBytesMax: 64 * 1024,
  /** Ids per DescribeVersions and DestroyVersions, each of which is one statement. */
  idsMax: 100,
} as const

const ID = /^[A-Za-z0-9_-]+$/
/** Bytes that would end a header field, and so could begin another. */
const LINE_BYTES = [0x00, 0x0a, 0x0d] as const

/** Throws INVALID_REQUEST unless each is an id. */
export function checkIds(ids: Readonly<Record<string, string>>): void {
  for (const [field, id] of Object.entries(ids)) if (!isId(id)) throw noId(field)
}

/** Throws INVALID_REQUEST unless there are some ids, not too many, and each is one. */
export function checkIdList(field: string, ids: readonly string[]): void {
  if (ids.length === 0 || ids.length > BOUNDS.idsMax) throw refuse(field, `Give 1 to ${BOUNDS.idsMax} ids.`)
  const wrong = ids.findIndex((id) => !isId(id))
  if (wrong !== -1) throw noId(`${field}/${wrong}`)
}

export function checkGeneration(generation: number): void {
  if (!Number.isSafeInteger(generation) || generation < 1)
    throw refuse('generation', 'Give the generation it succeeds plus 1; 1 for the first.')
}

export function checkValue(purpose: Purpose, value: Uint8Array): void {
  if (value.length < 1 || value.length > BOUNDS.valueBytesMax) throw refuse('value', 'Give 1 byte to 64 KiB.')
  if (purpose === 'injection' && LINE_BYTES.some((byte) => value.includes(byte))) {
    throw refuse('value', 'Give a value without NUL, CR or LF.')
  }
}

/** What can be injected must have bindings. What management uses itself is sent nowhere, so it has none. */
export function checkBindings(purpose: Purpose, { origins, placements, services }: Bindings): void {
  const injected = origins.length > 0 && placements.length > 0
  // An origin without a placement, or the reverse, is a mistake of the person who binds.
  const halfBound = origins.length > 0 !== placements.length > 0
  if (purpose === 'injection' && (halfBound || !(injected || services.length > 0))) {
    throw refuse('bindings', 'Give at least one origin and one placement, or an internal service.')
  }
  if (purpose !== 'injection' && (origins.length > 0 || placements.length > 0 || services.length > 0)) {
    throw refuse('bindings', 'Only secrets for injection have bindings.')
  }
}

/** Signing keys belong to the installation: a tenant's organization must not hold a key that signs grants. */
export function checkOwner(purpose: Purpose, organizationId: string): void {
  if (purpose === 'grant-signing' && organizationId !== INSTALLATION_ORGANIZATION) {
    throw refuse('organization_id', `Signing keys belong to ${INSTALLATION_ORGANIZATION}.`)
  }
}

function isId(text: string): boolean {
  return text.length <= BOUNDS.idCharsMax && ID.test(text)
}

function noId(field: string): Fault {
  return refuse(field, 'Give an id: letters, digits, _ and -, at most 64.')
}

function refuse(field: string, detail: string): Fault {
  return new Fault('INVALID_REQUEST', `${field}: ${detail}`, {
    say: `${field}: ${detail}`,
    errors: [{ pointer: `/${field}`, detail }],
  })
}
