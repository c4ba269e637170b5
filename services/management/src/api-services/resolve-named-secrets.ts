import { GRANT_SECRETS_MAX } from '@protectmyapi/service-kit/credentials/grant'
import {
  type Bindings,
  bindingsAllow,
  normalizeBindings,
  placementKey,
} from '@protectmyapi/service-kit/destinations/bindings'
import { Fault } from '@protectmyapi/service-kit/faults'
import { badField } from '@protectmyapi/service-kit/http/validate'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { mapAuth, mapNamed, type StoredAuth, type StoredHeaders } from './auth.js'
import { type Draft, type DraftRef, unresolved } from './draft-service.js'
import { type InjectedPlace, injectedPlaces, type PlacedRef, placedRefs } from './injected-fields.js'

export interface Resolved {
  readonly auth: StoredAuth
  readonly extraHeaders: StoredHeaders
  readonly secretIds: readonly string[]
}

interface KnownSecret {
  readonly id: string
  readonly name: string
  readonly bindings: Bindings
}

/**
 * Replaces names of secrets by ids. Each must be a secret of this organization that is in force and that is bound to
 * this origin and to the placement where the service puts it. The rows stay locked against a change of bindings and
 * against deletion until the commit.
 *
 * @throws Fault INVALID_REQUEST for a name of no secret; DESTINATION_NOT_ALLOWED, which says where the secret is bound.
 */
export async function resolveNamedSecrets(
  trx: Knex.Transaction,
  organizationId: string,
  draft: Draft,
  baseUrl: string,
): Promise<Resolved> {
  const places = injectedPlaces(draft.auth, draft.extraHeaders)
  refusePathBelowPath(places, baseUrl)
  const placed = placedRefs(places)
  const known = await lockSecrets(
    trx,
    organizationId,
    placed.map(({ ref }) => ref),
  )
  const missing = placed.filter(({ ref }) => !find(known, ref))
  if (missing.length > 0) throw unresolved(missing.map(({ ref }) => ref))
  const secretIds = [...new Set(placed.map(({ ref }) => idOf(known, ref)))]
  if (secretIds.length > GRANT_SECRETS_MAX)
    throw badField('/auth', `A service names at most ${GRANT_SECRETS_MAX} secrets.`)
  refuseUnbound(placed, known, new URL(baseUrl).origin)
  const toId = (ref: DraftRef) => ({ secretId: idOf(known, ref) })
  return { auth: mapAuth(draft.auth, toId), extraHeaders: mapNamed(draft.extraHeaders, toId), secretIds }
}

async function lockSecrets(
  trx: Knex.Transaction,
  organizationId: string,
  refs: readonly DraftRef[],
): Promise<KnownSecret[]> {
  if (refs.length === 0) return []
  const names = refs.filter(({ by }) => by !== 'id').map(({ secretName }) => secretName)
  const ids = refs.filter(({ by }) => by !== 'name').map(({ secretName }) => secretName)
  const rows = await trx('secrets')
    .where({ organization_id: organizationId, state: 'active' })
    .where((either) => either.whereIn('name', names).orWhereIn('id', ids))
    // Always in the same order, so that transactions which lock several secrets cannot deadlock.
    .orderBy('id')
    .forShare()
    .select<{ id: string; name: string; bindings: Bindings }[]>('id', 'name', 'bindings')
  return rows.map(({ id, name, bindings }) => ({ id, name, bindings: normalizeBindings(bindings) }))
}

/** Ids come before names. Otherwise a secret that is named like another's id would take its place. */
function find(known: readonly KnownSecret[], { secretName, by }: DraftRef): KnownSecret | undefined {
  const ofId = by === 'name' ? undefined : known.find(({ id }) => id === secretName)
  return ofId ?? (by === 'id' ? undefined : known.find(({ name }) => name === secretName))
}

function idOf(known: readonly KnownSecret[], ref: DraftRef): string {
  const secret = find(known, ref)
  if (!secret) throw new Error('a reference that was not looked for')
  return secret.id
}

/** A secret in the path is bound to all of the path before it, or a base path could lead it to another account. */
function refusePathBelowPath(places: readonly InjectedPlace<DraftRef>[], baseUrl: string): void {
  if (new URL(baseUrl).pathname === '/' || places.every(({ surface }) => surface.kind !== 'path')) return
  throw badField(
    '/baseUrl',
    'If auth.path has a secret, the base URL may not have a path. Put the whole path in auth.path.',
  )
}

/** Otherwise anybody who edits services could send a key to a host, or in a header, of their own choice. */
function refuseUnbound(placed: readonly PlacedRef<DraftRef>[], known: readonly KnownSecret[], origin: string): void {
  const errors = placed.flatMap(({ pointer, placement, ref }) => {
    const secret = find(known, ref)
    if (!secret || bindingsAllow(secret.bindings, origin, placement)) return []
    return [
      {
        pointer,
        detail: `${secret.name} may not go to ${origin} as ${placementKey(placement)}. It is bound to ${describe(secret.bindings)}.`,
      },
    ]
  })
  if (errors.length === 0) return
  throw new Fault('DESTINATION_NOT_ALLOWED', 'a secret outside its bindings', {
    errors,
    say: `${errors.map(({ detail }) => detail).join(' ')} Correct the service, or replace the secret’s value and send new bindings with it.`,
  })
}

const describe = ({ origins, placements }: Bindings): string =>
  `${origins.join(', ')} as ${placements.map(placementKey).join(', ')}`
