import { z } from 'zod'
import { inField } from './in-field.js'
import { createManagement } from './management.js'
import { readAll } from './people.js'
import { inLanes, type Stage } from './stage.js'

const WithToken = z.object({ token: z.string() })

const SCOPES = ['organization', 'secrets', 'services', 'apps', 'members', 'invitations', 'access-log', 'audit'].map(
  (name) => `${name}:read`,
)

/**
 * The requests of automation: reads everything by a personal access token and puts values. Then sends values in place
 * of the token.
 */
export async function walkTokenBearer(stage: Stage, base: string): Promise<void> {
  const { ask, management, org, provider, planted } = stage
  const { token } = await management.make(WithToken, 'POST', '/auth/tokens', {
    ...{ name: 'canary', scopes: [...SCOPES, 'secrets:write'], organizations: 'all', expiresInDays: 1 },
  })
  const bearer = createManagement(ask, base, token)
  await readAll({ ...stage, management: bearer })
  await inLanes(planted, async ({ number, value, secretName }) => {
    provider.expect(number, value)
    await bearer.ask('PUT', `${org}/secrets/by-name/${secretName}`, { value, externalVersion: `token-${number}` })
    for (const wrong of [inField(value), `pma_pat_${inField(value)}`])
      await createManagement(ask, base, wrong).ask('GET', `${org}/secrets`)
  })
}
