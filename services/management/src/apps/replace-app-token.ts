import { newToken } from '@protectmyapi/service-kit/credentials/tokens'
import type { CallOrg } from '../access/principal.js'
import type { Actor } from '../audit/audit-entry.js'
import type { Change } from '../feed/commit-change.js'
import { type AppDeps, findApp } from './app-store.js'
import type { AppRecord } from './present-app.js'

/**
 * Gives an app another publishable token. A feed row for the app makes proxies discard the routes under the old token,
 * which is answered as the token of no app from then on. Sessions stay valid, because they name the app, not its token.
 *
 * @throws Fault APP_NOT_FOUND.
 */
export async function replaceAppToken(
  { commitChange }: AppDeps,
  actor: Actor,
  org: CallOrg,
  idOrSlug: string,
): Promise<AppRecord> {
  const { result } = await commitChange(actor, async (trx): Promise<Change<AppRecord>> => {
    const { id } = await findApp(trx, org.id, idOrSlug, 'lock')
    const [app] = await trx('apps')
      .where({ organization_id: org.id, id })
      .update({ token: newToken('app'), generation: trx.raw('generation + 1'), updated_at: trx.raw('now()') })
      .returning<AppRecord[]>('*')
    if (!app) throw new Error('an app that was locked is not there')
    return {
      result: app,
      feed: [{ kind: 'app', id, generation: Number(app.generation) }],
      audit: [{ organizationId: org.id, event: 'app.token-replaced', targetId: id, details: { slug: app.slug } }],
    }
  })
  return result
}
