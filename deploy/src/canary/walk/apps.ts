import { z } from 'zod'
import { LEAK_MANNERS, type MannerName } from './canary-provider.js'
import { inField } from './in-field.js'
import { inLanes, type Planted, type Stage } from './stage.js'

/**
 * Limits of the proxy's scrubbing (ADR 1): it does not search answers for shorter values. Of a form over 1,024 bytes,
 * the first part may have been passed on before its end is seen, and percent-encoding makes three bytes of one. The
 * provider is not asked to leak values outside these limits.
 */
const SCRUBBED_CHARS = { from: 16, to: 340 } as const

/**
 * The proxy holds back a run of these characters (ADR 1, token-bytes.ts of the proxy). If a value has other characters,
 * its first part may have been passed on before the rest is seen, so the provider is not asked to send such a value
 * unencoded in two pieces.
 */
const TOKEN_CHARACTERS = /^[\w\-.~+/=%\\:|@!$*&#^]*$/
const CUT_AS_THEY_ARE: readonly MannerName[] = ['raw', 'url']

const Session = z.object({ token: z.string() })

/**
 * The requests of apps: every manner in which the provider answers, and every way in which a request is refused or
 * ends.
 */
export async function walkApps(stage: Stage): Promise<void> {
  const { ask, proxy, debugToken } = stage
  const bought = await ask({
    ...{ method: 'POST', url: `${proxy}/v1/attest/debug`, body: JSON.stringify({ token: debugToken }) },
    headers: { 'content-type': 'application/json' },
  })
  const { token: session } = Session.parse(JSON.parse(bought.body))
  await inLanes(stage.planted, async (planted) => {
    const send = sender(stage, planted)
    await send('ok', session)
    await send('ok', session, { body: JSON.stringify({ stream: true }) })
    await send('refused')
    await send('forbidden')
    for (const manner of leaksFor(planted)) await send(manner)
    await send(OTHER_ENDS[planted.number % OTHER_ENDS.length] ?? 'broken')
    await send('endless', session, { leaveAfterBytes: planted.number % 2 })
    await wrongCredentials(stage, planted)
  })
}

const OTHER_ENDS: readonly MannerName[] = ['silent', 'cut', 'desynchronised', 'transferCoding', 'limited', 'broken']

/** Three manners for each value, so that a run tries each manner many times. */
function leaksFor({ value, number }: Planted): readonly MannerName[] {
  if (value.length < SCRUBBED_CHARS.from || value.length > SCRUBBED_CHARS.to) return []
  const manners = LEAK_MANNERS.filter((manner) => TOKEN_CHARACTERS.test(value) || !CUT_AS_THEY_ARE.includes(manner))
  const at = (index: number): MannerName[] => manners.filter((_, place) => place === index % manners.length)
  return [...at(number), ...at(number + 3), ...at(number + 6)]
}

type Send = (
  manner: MannerName,
  token?: string,
  how?: { readonly body?: string; readonly leaveAfterBytes?: number },
) => Promise<void>

function sender({ ask, proxy, appToken }: Stage, { slug, number }: Planted): Send {
  return async (manner, token = appToken, how = {}) => {
    await ask({
      ...{ method: how.body === undefined ? 'GET' : 'POST', url: `${proxy}/v1/p/${slug}/v/${number}/${manner}` },
      headers: {
        authorization: `Bearer ${token}`,
        ...(how.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...how,
    })
  }
}

/**
 * A developer who has misunderstood the product sends the key itself as the credential, in each place where SDKs put
 * one.
 */
async function wrongCredentials({ ask, proxy, appToken }: Stage, { slug, value }: Planted): Promise<void> {
  const url = `${proxy}/v1/p/${slug}/v/none/ok`
  const encoded = encodeURIComponent(value)
  const bearer = inField(value)
  const as = (headers: Readonly<Record<string, string>>, query = '') =>
    ask({ method: 'GET', url: `${url}${query}`, headers })
  await as({ authorization: `Bearer ${bearer}` })
  await as({ 'x-api-key': bearer })
  await as({ authorization: `Basic ${Buffer.from(`${value}:`).toString('base64')}` })
  await as({ authorization: `Bearer pma_app_${bearer}` })
  await as({ authorization: `Bearer pma_ses_${bearer}` })
  await as({}, `?key=${encoded}`)
  await as({ authorization: `Bearer ${appToken}` }, `?key=${encoded}`)
  await ask({
    ...{ method: 'POST', url: `${proxy}/v1/attest/debug`, body: JSON.stringify({ token: value }) },
    headers: { 'content-type': 'application/json' },
  })
}
