import type { TestSessionClaims } from '@protectmyapi/service-kit/credentials/app-session'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { type Role, roleMay } from '../../access/roles.js'
import { type AttestationSettings, NO_ATTESTATION } from '../../attestation/attestation-settings.js'

/** An app, as a credential names it. Deleted apps, and those of deleted organizations, are not found. */
export interface AppRow {
  readonly id: string
  readonly organizationId: string
  readonly organizationGeneration: number
  readonly leaseKeysGeneration: number
  readonly generation: number
  readonly enabled: boolean
  readonly platform: string
  readonly policy: string
  readonly limits: unknown
  readonly quotas: unknown
  readonly organizationQuotas: unknown
  readonly attestation: AttestationSettings
}

interface AppRecord {
  readonly id: string
  readonly organization_id: string
  readonly organization_generation: string
  readonly lease_keys_generation: string
  readonly generation: string
  readonly enabled: boolean
  readonly platform: string
  readonly policy: string
  readonly limits: unknown
  readonly quotas: unknown
  readonly organization_quotas: unknown
  readonly attestation: AttestationSettings
}

/** How a credential, or a challenge, names an app. */
export type WhichApp = { readonly token: string } | { readonly id: string; readonly organizationId: string }

export async function findAppRow(db: Knex, by: WhichApp): Promise<AppRow | undefined> {
  const query = db('apps')
    .join('organizations', 'organizations.id', 'apps.organization_id')
    .whereNull('apps.deleted_at')
    .where('organizations.state', 'active')
  if ('token' in by) query.where('apps.token', by.token)
  else query.where({ 'apps.id': by.id, 'apps.organization_id': by.organizationId })
  const record = await query.first<AppRecord | undefined>(
    'apps.id',
    'apps.organization_id',
    'organizations.generation as organization_generation',
    'organizations.lease_keys_generation',
    'apps.generation',
    'apps.enabled',
    'apps.platform',
    'apps.policy',
    'apps.limits',
    'apps.quotas',
    'organizations.quotas as organization_quotas',
    'apps.attestation',
  )
  if (!record) return undefined
  const { id, enabled, platform, policy, limits, quotas, attestation } = record
  return {
    id,
    organizationId: record.organization_id,
    organizationGeneration: Number(record.organization_generation),
    leaseKeysGeneration: Number(record.lease_keys_generation),
    generation: Number(record.generation),
    enabled,
    platform,
    policy,
    limits,
    quotas,
    organizationQuotas: record.organization_quotas,
    attestation,
  }
}

/**
 * The person who makes a test call, in an app's place: without limits, quotas and policy of their own.
 *
 * @throws Fault INVALID_TOKEN if they may no longer change services.
 */
export async function findTester(db: Knex, { org, usr }: TestSessionClaims): Promise<AppRow> {
  const record = await db('members')
    .join('organizations', 'organizations.id', 'members.organization_id')
    .where({ 'members.organization_id': org, 'members.user_id': usr, 'organizations.state': 'active' })
    .first<{ role: Role; generation: string; lease_keys_generation: string; quotas: unknown } | undefined>(
      'members.role',
      'organizations.generation',
      'organizations.lease_keys_generation',
      'organizations.quotas',
    )
  if (!record || !roleMay(record.role, 'services:write')) throw new Fault('INVALID_TOKEN', 'a tester who may not test')
  return {
    id: usr,
    organizationId: org,
    organizationGeneration: Number(record.generation),
    leaseKeysGeneration: Number(record.lease_keys_generation),
    generation: 1,
    enabled: true,
    platform: 'test',
    policy: 'enforce',
    limits: [],
    quotas: [],
    organizationQuotas: record.quotas,
    attestation: NO_ATTESTATION,
  }
}

/** Whether this session is still good: it was sold and not revoked, and its device is neither revoked nor overtaken. */
export async function sessionStands(
  db: Knex,
  {
    sessionId,
    appId,
    deviceId,
    deviceGeneration,
  }: { sessionId: string; appId: string; deviceId: string; deviceGeneration: number },
): Promise<boolean> {
  const row = await db('app_sessions')
    .join('devices', 'devices.id', 'app_sessions.device_id')
    .where({
      'app_sessions.id': sessionId,
      'app_sessions.app_id': appId,
      'devices.id': deviceId,
      'devices.app_id': appId,
    })
    .where('devices.generation', deviceGeneration)
    .whereNull('app_sessions.revoked_at')
    .whereNull('devices.revoked_at')
    .first<{ id: string } | undefined>('app_sessions.id')
  return row !== undefined
}

/** @throws Fault APP_NOT_FOUND, APP_DISABLED. */
export function enabledApp(app: AppRow | undefined): AppRow {
  if (!app) throw new Fault('APP_NOT_FOUND', 'no such app')
  if (!app.enabled) throw new Fault('APP_DISABLED', `app ${app.id} is disabled`)
  return app
}
