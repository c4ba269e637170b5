import { z } from 'zod'
import { LEAK_MANNERS, type MannerName } from './canary-provider.js'
import { inField } from './in-field.js'
import { inLanes, type Planted, type Stage } from './stage.js'

/**
 * Of the proxy (ADR 1): shorter values are not searched for in answers, and of a form over 1,024 bytes a first part may
 * have gone before its end is seen; percent signs make three bytes of one. The provider is not asked to show others.
 */
const SCRUBBED_CHARS = { from: 16, to: 340 } as const

/**
 * What is held back is a run of these (ADR 1, token-bytes.ts of the proxy). Of a form with others a first part may have gone
 * before the rest is seen, so values that hold others are not asked for in two pieces as they are.
 */
const TOKEN_CHARACTERS = /^[\w\-.~+/=%\\:|@!$*&#^]*$/
const CUT_AS_THEY_ARE: readonly MannerName[] = ['raw', 'url']

const Session = z.object({ token: z.string() })

/** What apps do: every manner in which a provider answers, and every one in which a request is refused or ends. */
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

/** Three of them each, so that a run tries each many times. */
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

/** A developer who has not understood it sends the key itself, in each place where SDKs have it. */
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
