import { Fault } from '@protectmyapi/service-kit/faults'
import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres'
import type { PrivateUpstreams } from '@protectmyapi/service-kit/upstream-url'
import type { CallOrg } from '../access/principal.js'
import type { Actor } from '../audit/audit-entry.js'
import { refuseDuplicate } from '../db/unique-violation.js'
import type { Change, CommitChange } from '../feed/commit-change.js'
import type { Precondition } from '../http/precondition.js'
import { badField } from '../http/validate.js'
import { normalizeBaseUrl } from './base-url.js'
import { draftService } from './draft-service.js'
import { showService } from './present-service.js'
import { presetDefaults } from './preset-defaults.js'
import { resolveSecrets } from './resolve-secrets.js'
import { findService, type ServiceRecord, type ServiceRow, toService } from './service-row.js'
import { type NewService, SERVICE_LIMITS, type ServicePatch } from './service-schemas.js'

export interface ServiceDeps {
  readonly db: Knex
  readonly commitChange: CommitChange
  readonly privateUpstreams: PrivateUpstreams
}

/** @throws Fault INVALID_REQUEST, CONFLICT, DESTINATION_NOT_ALLOWED. */
export async function createService(
  { commitChange, privateUpstreams }: ServiceDeps,
  actor: Actor,
  org: CallOrg,
  given: NewService,
): Promise<ServiceRow> {
  const asked = { ...presetDefaults(given.preset), ...given }
  if (asked.baseUrl === undefined) throw badField('/baseUrl', 'Give a base URL, or a preset that brings one.')
  const baseUrl = normalizeBaseUrl(asked.baseUrl, privateUpstreams)
  const draft = draftService(asked)
  const { result } = await commitChange(actor, async (trx): Promise<Change<ServiceRow>> => {
    await refuseTooMany(trx, org.id)
    const resolved = await resolveSecrets(trx, org.id, draft, baseUrl)
    const record = await insert(trx, {
      id: newId('service'),
      organization_id: org.id,
      slug: asked.slug,
      name: asked.name,
      preset: asked.preset ?? null,
      base_url: baseUrl,
      auth: JSON.stringify(resolved.auth),
      extra_headers: JSON.stringify(resolved.extraHeaders),
      methods: asked.methods ?? [],
      paths: asked.paths ?? [],
      limits: JSON.stringify(asked.limits ?? []),
      timeout_ms: asked.timeoutMs ?? SERVICE_LIMITS.timeoutMsDefault,
      scrub: asked.scrub ?? true,
      enabled: asked.enabled ?? true,
    })
    await nameSecrets(trx, org.id, record.id, resolved.secretIds)
    // No feed row: nobody holds anything of a service that is new.
    return {
      result: toService(record),
      feed: [],
      audit: [
        { organizationId: org.id, event: 'service.created', targetId: record.id, details: { slug: record.slug } },
      ],
    }
  })
  return result
}

/** What of a patch changes no route. */
const ONLY_SHOWN = new Set(['name'])

/**
 * Changes a service, wholly or not at all. Where it sends and what it injects are checked together, as they would be
 * after the change.
 *
 * @throws Fault ENDPOINT_NOT_FOUND, PRECONDITION_FAILED, INVALID_REQUEST, CONFLICT, DESTINATION_NOT_ALLOWED.
 */
export async function updateService(
  deps: ServiceDeps,
  actor: Actor,
  org: CallOrg,
  { service, patch, precondition }: { service: string; patch: ServicePatch; precondition: Precondition },
): Promise<ServiceRow> {
  const { result } = await deps.commitChange(actor, async (trx): Promise<Change<ServiceRow>> => {
    const before = await findService(trx, org.id, service, 'lock')
    if (!before) throw serviceNotFound()
    await precondition(() => showService(trx, before))
    const routing = await routingChanges(trx, deps, before, patch)
    const felt = Object.keys(patch).some((field) => !ONLY_SHOWN.has(field))
    // A patch that repeats what is there bumps too: its answer says "in force", and must have waited (RETRYWAITS).
    const record = await update(trx, before.id, org.id, {
      ...columnsOf(patch),
      ...routing,
      ...(felt ? { generation: trx.raw('generation + 1') } : {}),
      updated_at: trx.raw('now()'),
    })
    const after = toService(record)
    return {
      result: after,
      feed: felt ? [{ kind: 'service', id: after.id, generation: after.generation }] : [],
      audit: [
        {
          organizationId: org.id,
          event: 'service.updated',
          targetId: after.id,
          details: { slug: after.slug, fields: Object.keys(patch) },
        },
      ],
    }
  })
  return result
}

/** @throws Fault ENDPOINT_NOT_FOUND, PRECONDITION_FAILED. */
export async function deleteService(
  { commitChange }: ServiceDeps,
  actor: Actor,
  org: CallOrg,
  { service, precondition }: { service: string; precondition: Precondition },
): Promise<void> {
  await commitChange(actor, async (trx): Promise<Change<undefined>> => {
    const before = await findService(trx, org.id, service, 'lock')
    if (!before) throw serviceNotFound()
    await precondition(() => showService(trx, before))
    const { id, generation } = await update(trx, before.id, org.id, {
      deleted_at: trx.raw('now()'),
      generation: trx.raw('generation + 1'),
    })
    await trx('service_secrets').where({ organization_id: org.id, service_id: id }).delete()
    await trx('links').where({ organization_id: org.id, service_id: id }).delete()
    return {
      result: undefined,
      feed: [{ kind: 'service', id, generation: Number(generation) }],
      audit: [{ organizationId: org.id, event: 'service.deleted', targetId: id, details: { slug: before.slug } }],
    }
  })
}

export const serviceNotFound = (): Fault =>
  new Fault('ENDPOINT_NOT_FOUND', 'no such service', {
    say: 'No such API service in this organization. Check the id or slug.',
  })

async function routingChanges(
  trx: Knex.Transaction,
  { privateUpstreams }: ServiceDeps,
  before: ServiceRow,
  patch: ServicePatch,
) {
  if (patch.baseUrl === undefined && patch.auth === undefined && patch.extraHeaders === undefined) return {}
  const baseUrl = patch.baseUrl === undefined ? before.baseUrl : normalizeBaseUrl(patch.baseUrl, privateUpstreams)
  const resolved = await resolveSecrets(trx, before.organizationId, draftService(patch, before), baseUrl)
  await trx('service_secrets').where({ organization_id: before.organizationId, service_id: before.id }).delete()
  await nameSecrets(trx, before.organizationId, before.id, resolved.secretIds)
  return {
    base_url: baseUrl,
    auth: JSON.stringify(resolved.auth),
    extra_headers: JSON.stringify(resolved.extraHeaders),
  }
}

function columnsOf(patch: ServicePatch): Record<string, unknown> {
  const columns = {
    name: patch.name,
    slug: patch.slug,
    methods: patch.methods,
    paths: patch.paths,
    limits: patch.limits && JSON.stringify(patch.limits),
    timeout_ms: patch.timeoutMs,
    scrub: patch.scrub,
    enabled: patch.enabled,
  }
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined))
}

const insert = (trx: Knex.Transaction, row: Record<string, unknown>): Promise<ServiceRecord> =>
  unlessSlugTaken(async () => only(await trx('services').insert(row).returning<ServiceRecord[]>('*')))

const update = (
  trx: Knex.Transaction,
  id: string,
  organizationId: string,
  columns: Record<string, unknown>,
): Promise<ServiceRecord> =>
  unlessSlugTaken(async () =>
    only(
      await trx('services')
        .where({ organization_id: organizationId, id })
        .update(columns)
        .returning<ServiceRecord[]>('*'),
    ),
  )

const unlessSlugTaken = <T>(work: () => Promise<T>): Promise<T> => {
  const errors = [{ pointer: '/slug', detail: 'Another API service of this organization has this slug.' }]
  return refuseDuplicate(
    'services_slug',
    () => new Fault('CONFLICT', 'slug taken', { errors, say: errors[0]?.detail ?? '' }),
    work,
  )
}

async function nameSecrets(
  trx: Knex.Transaction,
  organizationId: string,
  serviceId: string,
  secretIds: readonly string[],
): Promise<void> {
  if (secretIds.length === 0) return
  await trx('service_secrets').insert(
    secretIds.map((id) => ({ organization_id: organizationId, service_id: serviceId, secret_id: id })),
  )
}

async function refuseTooMany(trx: Knex.Transaction, organizationId: string): Promise<void> {
  const rows = await trx('services')
    .where({ organization_id: organizationId, deleted_at: null })
    .limit(SERVICE_LIMITS.servicesPerOrganization)
    .select('id')
  if (rows.length < SERVICE_LIMITS.servicesPerOrganization) return
  throw new Fault('CONFLICT', 'too many services', {
    say: `An organization has at most ${SERVICE_LIMITS.servicesPerOrganization} API services. Delete one first.`,
  })
}

function only<Row>([row]: readonly Row[]): Row {
  if (row === undefined) throw new Error('a statement returned no row')
  return row
}
