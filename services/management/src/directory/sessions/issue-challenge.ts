import type { IssueChallengeRequest__Output } from '@protectmyapi/protos/generated/directory/v1/IssueChallengeRequest'
import type { IssueChallengeResponse } from '@protectmyapi/protos/generated/directory/v1/IssueChallengeResponse'
import { isToken } from '@protectmyapi/service-kit/credentials/tokens'
import { addressBlock } from '@protectmyapi/service-kit/fairness/address-block'
import { Fault } from '@protectmyapi/service-kit/faults'
import { issueChallenge } from '../../attestation/challenge.js'
import type { Turns } from '../../fairness/turns.js'
import type { ExchangeDeps } from './sell-session.js'
import { enabledApp, findAppRow } from './session-rows.js'

/**
 * A challenge for the app of this token.
 *
 * The function throws Fault UNAUTHORIZED, INVALID_TOKEN, APP_NOT_FOUND, APP_DISABLED, UNAVAILABLE.
 */
export function createIssueChallenge({ db, keys, clock }: ExchangeDeps, turns: Turns) {
  return ({ appToken, sourceAddress }: IssueChallengeRequest__Output): Promise<IssueChallengeResponse> =>
    turns.take(addressBlock(sourceAddress), async () => {
      const app = enabledApp(await findAppRow(db, { token: appTokenOf(appToken) }))
      return issueChallenge({ db, keys }, app, clock.wallMs())
    })
}

/** @throws Fault UNAUTHORIZED, INVALID_TOKEN. */
export function appTokenOf(text: string): string {
  if (text === '') throw new Fault('UNAUTHORIZED', 'no app token', { say: 'Send the app token (pma_app_…) as app.' })
  if (!isToken('app', text)) throw new Fault('INVALID_TOKEN', 'not an app token, or cut or mistyped')
  return text
}
