import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { CommitChange } from '../../feed/commit-change.js'
import type { VaultClient } from '../../vault/vault-client.js'

/** What the use cases of this folder share. */
export interface CredentialDeps {
  readonly db: Knex
  readonly vault: Pick<VaultClient, 'putSecret' | 'settleVersion' | 'destroyVersions'>
  readonly commitChange: CommitChange
  readonly log: Logger
}
