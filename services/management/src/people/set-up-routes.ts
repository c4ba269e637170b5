import { z } from 'zod'
import { Email, Name } from '../http/fields.js'
import { type Route, route } from '../http/route.js'
import { type SetUpDeps, setUp } from './set-up.js'
import type { SignInLimits } from './sign-in-limits.js'
import { NewPassword, UserView } from './users.js'

export function setUpRoutes(deps: SetUpDeps & { limits: SignInLimits }): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: '/setup',
      summary: 'Make the first owner with the one-time set-up token',
      permission: 'public',
      body: z.strictObject({
        token: z.string().min(1).max(256),
        email: Email,
        password: NewPassword,
        name: Name,
        organization: Name,
      }),
      answers: {
        status: 201,
        body: z.object({
          user: UserView,
          organization: z.object({ id: z.string(), slug: z.string(), name: z.string() }),
        }),
      },
      handle: async ({ actor, body, client }) => {
        const attempt = await deps.limits.reserve({ email: undefined, address: client.address })
        const { userId, organization } = await setUp(deps, actor, body)
        await deps.limits.forgive(attempt)
        return { body: { user: { id: userId, email: body.email, name: body.name }, organization } }
      },
    }),
  ]
}
