import { answerOf, api } from '../api/client.js'

export interface Credentials {
  readonly email: string
  readonly password: string
}

/** Management sets the cookie. The token in the answer's body is for programs, and is not kept here. @throws Problem. */
export async function signIn({ email, password }: Credentials) {
  const { user } = await answerOf(api.POST('/auth/sign-in', { body: { email, password } }))
  return { user }
}
