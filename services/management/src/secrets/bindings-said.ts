import { type Bindings, bindingsBytes } from '@protectmyapi/service-kit/destinations/bindings'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Actor } from '../audit/audit-entry.js'
import { recommendedBindings } from './propose-bindings.js'
import type { SecretDeps } from './secret-deps.js'
import type { SaidBy, SecretRow } from './secret-rows.js'

export const saidByOf = (actor: Actor): SaidBy => ({ userId: actor.id, token: actor.token ?? null })

/**
 * Refuses a value that comes without bindings if somebody else set the present ones. An administrator could have
 * prepared them to catch the value: by renaming the secret and making another of its name, or by adding an origin
 * beside a worthless value. A pipeline that puts the key again would then hand it over.
 *
 * So a value may keep bindings only if the same person set them, in person or by the same token. Everybody may keep
 * bindings that an owner set in person, and those that a preset recommends for this name.
 *
 * @throws Fault CONFLICT that shows the present bindings.
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
  const say = `The bindings of ${name} were set by somebody else or by another token: ${shown(bindings)}. If they are right, send them with the value.`
  throw new Fault('CONFLICT', `bindings of ${name} that are another’s word`, {
    say,
    errors: [{ pointer: '/bindings', detail: say }],
  })
}

/** Whether the actor may keep bindings that were set by `said`. */
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
