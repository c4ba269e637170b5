import type { Bindings } from '@protectmyapi/service-kit/destinations/bindings'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Change } from '../../feed/commit-change.js'
import type { VersionRef } from '../../vault/vault-client.js'
import { lockSecret, lockVersion, type SaidBy, type VersionState } from '../secret-rows.js'

/*
 * The steps of a write that touches the databases of management and vault (ARCHITECTURE.md):
 * 1 intendCreation / intendReplacement, 2 Vault.PutSecret, 3 activate (or abandon), 4 the wait, 5 destruction.
 * Steps 1 and 3 are one transaction of management each. Lock order: the secret's row, then the rows of its versions.
 */

/** What is known of a version when its intent is recorded. Of the value that is only the mask. */
export interface IntendedVersion {
  readonly versionId: string
  readonly mask: string
  readonly bindings: Bindings
  readonly expiresAt: Date | null
  readonly externalVersion: string | null
  readonly actorId: string
  readonly bindingsSaidBy: SaidBy | null
}

export interface Intent extends VersionRef {
  readonly generation: number
}

const FIRST_GENERATION = 1

/** Step 1 of a creation. @throws Fault CONFLICT where the name is taken. */
export async function intendCreation(
  trx: Knex,
  organizationId: string,
  { secretId, name, ...version }: IntendedVersion & { secretId: string; name: string },
): Promise<Change<Intent>> {
  const { rows } = await trx.raw<{ rows: unknown[] }>(
    `INSERT INTO secrets (id, organization_id, name, state, mask, bindings, created_by, expires_at)
     VALUES (?, ?, ?, 'pending', ?, ?, ?, ?)
     ON CONFLICT (organization_id, name) WHERE state IN ('pending', 'active') DO NOTHING RETURNING id`,
    [
      secretId,
      organizationId,
      name,
      version.mask,
      JSON.stringify(version.bindings),
      version.actorId,
      version.expiresAt,
    ],
  )
  if (rows.length === 0) throw nameTaken(name)
  return intend(
    trx,
    { organizationId, secretId, versionId: version.versionId, generation: FIRST_GENERATION },
    version,
    {
      event: 'secret.creation-started',
      name,
    },
  )
}

/** Step 1 of a replacement, for a locked secret in force. @throws Fault CONFLICT if another one is under way. */
export async function intendReplacement(
  trx: Knex,
  secret: { readonly organizationId: string; readonly id: string; readonly name: string; readonly generation: number },
  version: IntendedVersion,
): Promise<Change<Intent>> {
  const intent = {
    organizationId: secret.organizationId,
    secretId: secret.id,
    versionId: version.versionId,
    // A generation is its predecessor's + 1.
    generation: secret.generation + 1,
  }
  return intend(trx, intent, version, { event: 'secret.replacement-started', name: secret.name })
}

async function intend(
  trx: Knex,
  intent: Intent,
  version: IntendedVersion,
  { event, name }: { event: string; name: string },
): Promise<Change<Intent>> {
  const { rows } = await trx.raw<{ rows: unknown[] }>(
    `INSERT INTO secret_versions (id, organization_id, secret_id, generation, state, mask, bindings, expires_at, external_version, created_by, bindings_by, bindings_token)
     VALUES (?, ?, ?, ?, 'pending', ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (secret_id) WHERE state = 'pending' DO NOTHING RETURNING id`,
    [
      intent.versionId,
      intent.organizationId,
      intent.secretId,
      intent.generation,
      version.mask,
      JSON.stringify(version.bindings),
      version.expiresAt,
      version.externalVersion,
      version.actorId,
      version.bindingsSaidBy?.userId ?? null,
      version.bindingsSaidBy?.token ?? null,
    ],
  )
  if (rows.length === 0) {
    throw underWay(intent.secretId)
  }
  const details = { name, version: intent.versionId, generation: intent.generation }
  return {
    result: intent,
    feed: [],
    audit: [{ organizationId: intent.organizationId, event, targetId: intent.secretId, details }],
  }
}

/** How an intent ended. */
export interface Settled {
  /** `superseded`: the version was stored, and its secret was replaced or deleted since. */
  readonly state: 'active' | 'superseded' | 'abandoned'
  /** False if another transaction settled the intent, so that its feed row has to be waited for (RETRYWAITS). */
  readonly byUs: boolean
}

/**
 * Step 3, for a version that the vault has stored. CAS: works only while the intent is pending. Of the writer and the
 * reconciler, the one that comes second changes nothing and learns how the intent ended.
 */
export async function activate(
  trx: Knex,
  { organizationId, secretId, versionId }: VersionRef,
): Promise<Change<Settled>> {
  const secret = await lockSecret(trx, organizationId, secretId)
  const version = await lockVersion(trx, organizationId, versionId)
  if (!secret || !version) throw new Error(`no rows of version ${versionId}`)
  if (version.state !== 'pending') return unchanged(version.state)
  if (secret.state === 'deleted') {
    await setVersion(trx, versionId, { state: 'superseded', superseded_at: trx.raw('clock_timestamp()') })
    return { result: { state: 'superseded', byUs: true }, feed: [], audit: [] }
  }
  await trx('secret_versions')
    .where({ organization_id: organizationId, secret_id: secretId, state: 'active' })
    .update({ state: 'superseded', superseded_at: trx.raw('clock_timestamp()') })
  await setVersion(trx, versionId, { state: 'active', settled_at: trx.raw('clock_timestamp()') })
  const first = secret.state === 'pending'
  await trx('secrets')
    .where({ organization_id: organizationId, id: secretId })
    .update({
      state: 'active',
      version_id: versionId,
      generation: version.generation,
      mask: version.mask,
      bindings: JSON.stringify(version.bindings),
      expires_at: version.expiresAt,
      external_version: version.externalVersion,
      updated_at: trx.raw('clock_timestamp()'),
      ...(first ? {} : { replaced_at: trx.raw('clock_timestamp()') }),
    })
  return {
    result: { state: 'active', byUs: true },
    // LABEL: the generation that grants will name together with this version id.
    feed: [{ kind: 'secret', id: secretId, generation: version.generation }],
    audit: [
      {
        organizationId,
        event: first ? 'secret.created' : 'secret.replaced',
        targetId: secretId,
        details: {
          name: secret.name,
          version: versionId,
          generation: version.generation,
          bindings: version.bindings,
        },
      },
    ],
  }
}

/** Step 3 for a version that the vault has closed: TOMB comes first, then this. CAS as in `activate`. */
export async function abandon(
  trx: Knex,
  { organizationId, secretId, versionId }: VersionRef,
): Promise<Change<Settled>> {
  const secret = await lockSecret(trx, organizationId, secretId)
  const version = await lockVersion(trx, organizationId, versionId)
  if (!secret || !version) throw new Error(`no rows of version ${versionId}`)
  if (version.state !== 'pending') return unchanged(version.state)
  // Marked as destroyed at once, because the vault stores nothing under a closed version.
  await setVersion(trx, versionId, {
    state: 'abandoned',
    settled_at: trx.raw('clock_timestamp()'),
    destroyed_at: trx.raw('clock_timestamp()'),
  })
  const first = secret.state === 'pending'
  if (first)
    await trx('secrets').where({ organization_id: organizationId, id: secretId }).update({ state: 'abandoned' })
  const event = first ? 'secret.creation-abandoned' : 'secret.replacement-abandoned'
  return {
    result: { state: 'abandoned', byUs: true },
    feed: [],
    audit: [{ organizationId, event, targetId: secretId, details: { name: secret.name, version: versionId } }],
  }
}

/** The refusal while another writer's intent for the secret is pending. */
export function underWay(secretId: string): Fault {
  return new Fault('CONFLICT', `secret ${secretId} has an intent already`, {
    say: 'This secret’s value is being written right now. Wait some seconds, read it, and try again.',
    retryAfterSeconds: 1,
  })
}

export function nameTaken(name: string): Fault {
  return new Fault('CONFLICT', `the name ${name} is taken`, {
    say: `A secret named ${name} exists already in this organization. Replace its value, or choose another name.`,
    errors: [{ pointer: '/name', detail: 'This name is taken.' }],
  })
}

function unchanged(state: VersionState): Change<Settled> {
  const ended = state === 'active' || state === 'abandoned' ? state : 'superseded'
  return { result: { state: ended, byUs: false }, feed: [], audit: [] }
}

async function setVersion(trx: Knex, versionId: string, columns: Record<string, unknown>): Promise<void> {
  await trx('secret_versions').where({ id: versionId, state: 'pending' }).update(columns)
}
