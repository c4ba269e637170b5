import { answerOf, api } from '../api/client.js'
import { type Credentials, signIn } from './sign-in.js'

/** Who accepts: the person who is signed in, one who has an account and is not, or one without an account. */
export type Accepter =
  | { readonly kind: 'signed-in' }
  | ({ readonly kind: 'account' } & Credentials)
  | { readonly kind: 'new'; readonly name: string; readonly password: string }

/** @throws Problem. Who has signed in for it stays signed in even if the invitation is refused. */
export async function acceptInvitation(token: string, accepter: Accepter) {
  if (accepter.kind === 'account') await signIn(accepter)
  const account = accepter.kind === 'new' ? { name: accepter.name, password: accepter.password } : {}
  return answerOf(api.POST('/invitations/accept', { body: { token, ...account } }))
}
