import { newToken, tokenHash } from '@protectmyapi/service-kit/credentials/tokens'
import type { SecretText } from '@protectmyapi/service-kit/crypto/secret-text'
import { Fault } from '@protectmyapi/service-kit/faults'
import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { type Actor, systemActor } from '../audit/audit-entry.js'
import type { Change, CommitChange } from '../feed/commit-change.js'
import { createOrg, type OrgRecord } from '../orgs/org-store.js'
import type { PasswordHasher } from './password-hasher.js'
import { anyUser, createUser } from './users.js'

export interface FirstOwner {
  readonly email: string
  readonly name: string
  readonly organization: string
}

export interface SetUpDeps {
  readonly db: Knex
  readonly commitChange: CommitChange
  readonly hasher: PasswordHasher
  readonly log: Logger
}

/** How the first owner is made. At most one of the two is set. */
export interface FirstRun {
  /** From `PMA_SETUP_TOKEN_FILE`. */
  readonly setupToken: SecretText | undefined
  /** From `PMA_BOOTSTRAP_…`: the owner is made at the start, without a person's request. */
  readonly bootstrap:
    | { readonly email: string; readonly password: SecretText; readonly organization: string }
    | undefined
}

interface Made {
  readonly userId: string
  readonly organization: OrgRecord
}

/**
 * Runs at every start, and does nothing once there is a user. With a bootstrap it makes the first owner. Otherwise it
 * stores the hash of a set-up token: the operator's own, or a new one, which is logged. No other token is ever logged.
 * The token works once, and only while there is no user. Each start replaces the token of the one before, so several
 * replicas need a token from a file.
 */
export async function prepareFirstRun(deps: SetUpDeps, { setupToken, bootstrap }: FirstRun): Promise<void> {
  if (await anyUser(deps.db)) return
  if (bootstrap) {
    const passwordHash = await deps.hasher.hash(bootstrap.password.reveal())
    await bootstrapOwner(
      deps,
      { email: bootstrap.email, name: 'Owner', organization: bootstrap.organization },
      passwordHash,
    )
    return
  }
  const token = setupToken?.reveal() ?? newToken('setup')
  const kept = await deps.db.transaction(async (trx) => {
    await lockInstallation(trx)
    if (await anyUser(trx)) return false
    await trx('installation').update({ setup_token_hash: tokenHash(token) })
    return true
  })
  if (!kept) return
  if (setupToken)
    deps.log.warn(
      'there is no user yet: create the first owner by POST /api/v1/setup with the token in PMA_SETUP_TOKEN_FILE',
    )
  // The token stands in the text, because redaction would remove it from a field.
  else
    deps.log.warn(
      `there is no user yet: POST /api/v1/setup with the one-time token ${token} and the owner's email, password, name and organization`,
    )
}

/**
 * Makes the first owner with the set-up token. If several requests come at the same time, one succeeds.
 *
 * @throws Fault INVALID_TOKEN for a wrong token, and for every token once there is a user.
 */
export async function setUp(
  deps: SetUpDeps,
  actor: Actor,
  given: FirstOwner & { token: string; password: string },
): Promise<Made> {
  // Otherwise a stranger with made-up tokens could keep the hasher busy. The check that counts is the update below.
  const known = await deps
    .db('installation')
    .where('setup_token_hash', tokenHash(given.token))
    .first<{ id: string } | undefined>('id')
  if (!known) throw wrongToken()
  const passwordHash = await deps.hasher.hash(given.password)
  const { result } = await deps.commitChange(actor, async (trx) => {
    const spent = await trx('installation')
      .where('setup_token_hash', tokenHash(given.token))
      .update({ setup_token_hash: null })
    if (spent === 0 || (await anyUser(trx))) throw wrongToken()
    return makeOwner(trx, given, passwordHash, 'installation.set-up')
  })
  return result
}

async function bootstrapOwner(deps: SetUpDeps, owner: FirstOwner, passwordHash: string): Promise<void> {
  const { result } = await deps.commitChange(
    systemActor('bootstrap'),
    async (trx): Promise<Change<Made | undefined>> => {
      // Replicas that start at the same time wait for each other here, and the second finds a user.
      await lockInstallation(trx)
      if (await anyUser(trx)) return { result: undefined, feed: [], audit: [] }
      await trx('installation').update({ setup_token_hash: null })
      return makeOwner(trx, owner, passwordHash, 'installation.bootstrapped')
    },
  )
  if (result)
    deps.log.info(
      { user: result.userId, organization: result.organization.id },
      'the first owner was created from PMA_BOOTSTRAP_…',
    )
}

async function makeOwner(
  trx: Knex.Transaction,
  { email, name, organization }: FirstOwner,
  passwordHash: string,
  event: string,
): Promise<Change<Made>> {
  const userId = await createUser(trx, { email, name, passwordHash })
  const made = await createOrg(trx, userId, { id: newId('organization'), name: organization })
  return {
    result: { userId, organization: made },
    feed: [],
    audit: [
      { organizationId: null, event, targetId: userId },
      { organizationId: made.id, event: 'organization.created', targetId: made.id, details: { slug: made.slug } },
    ],
  }
}

async function lockInstallation(trx: Knex.Transaction): Promise<void> {
  const row = await trx('installation').forUpdate().first<{ id: string } | undefined>('id')
  if (!row) throw new Error('installation has no row: run the migrate command')
}

const wrongToken = (): Fault =>
  new Fault('INVALID_TOKEN', 'wrong set-up token', {
    say: 'This set-up token is wrong or was already used. If there is an owner already, sign in; otherwise use the newest token in the log.',
  })
