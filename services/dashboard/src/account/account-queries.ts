import { answerOf, api } from '../api/client.js'
import { listOptions } from '../api/pages.js'
import type { PersonalToken } from '../api/types.js'
import type { paths } from '../generated/openapi.js'

export type SignIn = paths['/auth/sessions']['get']['responses'][200]['content']['application/json']['items'][number]

/** One's own, not ended. */
export const signInsOptions = listOptions<SignIn>(['me', 'sign-ins'], (query) =>
  answerOf(api.GET('/auth/sessions', { params: { query } })),
)

/** One's own, without the tokens; those that have ended too, for a while. */
export const personalTokensOptions = listOptions<PersonalToken>(['me', 'tokens'], (query) =>
  answerOf(api.GET('/auth/tokens', { params: { query } })),
)
