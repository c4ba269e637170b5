import { type Bindings, bindingsBytes } from '@protectmyapi/service-kit/destinations/bindings'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Actor } from '../audit/audit-entry.js'
import { recommendedBindings } from './propose-bindings.js'
import type { SecretDeps } from './secret-deps.js'
import type { SaidBy, SecretRow } from './secret-rows.js'

export const saidByOf = (actor: Actor): SaidBy => ({ userId: actor.id, token: actor.token ?? null })

/**
 * Who enters a value and says no bindings means those that are there. Somebody else may have put them there for that very
 * value: renamed the secret and made another of its name, or added an origin beside a value of no use, and a pipeline that
 * puts the key again would hand it over. So bindings are kept for who said them: in person, for all that they do; by a token,
 * for that token. An owner's word in person counts for everybody, and so does what is recommended for a known provider's name.
 *
 * @throws Fault CONFLICT that shows them.
 */
export async function refuseOthersBindings(
  trx: Knex,
  { presets }: Pick<SecretDeps, 'presets'>,
  actor: Actor,
  { organizationId, name, bindings }: SecretRow,
  said: SaidBy | null,
): Promise<void> {
  const recommended = recommendedBindings(presets, name)
  if (recommended && bindingsBytes(recommended).equals(bindingsBytes(bindings))) return
  if (await countsFor(trx, actor, organizationId, said)) return
  const say = `Somebody else, or another token, said where ${name} may go: ${shown(bindings)}. If that is right, send these bindings with the value.`
  throw new Fault('CONFLICT', `bindings of ${name} that are another’s word`, {
    say,
    errors: [{ pointer: '/bindings', detail: say }],
  })
}

/** Does this word count for who acts? */
export async function countsFor(
  trx: Knex,
  actor: Actor,
  organizationId: string,
  said: SaidBy | null,
): Promise<boolean> {
  if (!said) return false
  if (said.userId === actor.id && (said.token === null || said.token === actor.token)) return true
  return said.token === null && (await isOwner(trx, organizationId, said.userId))
}

async function isOwner(trx: Knex, organizationId: string, userId: string): Promise<boolean> {
  const row = await trx('members')
    .where({ organization_id: organizationId, user_id: userId, role: 'owner' })
    .first<{ user_id: string } | undefined>('user_id')
  return row !== undefined
}

function shown({ origins, placements, services }: Bindings): string {
  const places = placements.map((placement) => JSON.stringify(placement))
  return [...origins, ...places, ...services].join(', ')
}
