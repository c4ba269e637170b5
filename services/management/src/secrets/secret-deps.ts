import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Placement } from '@protectmyapi/service-kit/destinations/bindings'
import type { PrivateUpstreams } from '@protectmyapi/service-kit/destinations/upstream-url'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { CommitChange } from '../feed/commit-change.js'
import type { WaitUntilSeen } from '../feed/wait-until-seen.js'
import type { VaultClient } from '../vault/vault-client.js'
import type { BindingPreset } from './propose-bindings.js'
import type { ServiceName } from './secret-rows.js'

/** One place where a service puts a secret. */
export interface SecretUse {
  readonly service: ServiceName
  readonly origin: string
  readonly placement: Placement
}

/** Finds every place where the organization's existing services put this secret. */
export type UsesOf = (db: Knex, organizationId: string, secretId: string) => Promise<readonly SecretUse[]>

/** What the use cases of this folder share. */
export interface SecretDeps {
  readonly db: Knex
  readonly vault: VaultClient
  readonly commitChange: CommitChange
  readonly waitUntilSeen: WaitUntilSeen
  readonly usesOf: UsesOf
  readonly presets: readonly BindingPreset[]
  readonly privateUpstreams: PrivateUpstreams
  readonly clock: Clock
  readonly log: Logger
}
