import { z } from 'zod'

const Session = z.object({ token: z.string() })

/**
 * Exchanges a debug token for a session, as an app in development does. The session lives some minutes.
 *
 * @param proxy its base URL.
 * @throws Error with status and body of a refusal.
 */
export async function buySession(proxy: string, debugToken: string): Promise<string> {
  const answer = await fetch(`${proxy}/v1/attest/debug`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: debugToken }),
  })
  if (!answer.ok) throw new Error(`no session: ${answer.status} ${await answer.text()}`)
  return Session.parse(await answer.json()).token
}
