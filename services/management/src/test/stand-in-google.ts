import { type KeyObject, randomUUID } from 'node:crypto'
import type { IncomingMessage, RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createAuthority } from '@protectmyapi/dev-kit/certificates/certificate-authority'
import { jwtVerify } from 'jose'
import { createGoogleClient, type GoogleClient, type GooglePlace } from '../attestation/google-client.js'

const PLACES = ['play-integrity', 'oauth', 'app-check'] as const satisfies readonly GooglePlace[]

/** One request that it received. */
export interface Asked {
  readonly place: GooglePlace
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** What Google knows. A test changes it while it runs. */
export interface Knowledge {
  /** Its clock. */
  readonly nowMs: () => number
  readonly accounts: { readonly clientEmail: string; readonly publicKey: KeyObject }[]
  /** Verdicts by package and token, each given out once. */
  readonly verdicts: Map<string, unknown>
  /** The set of keys of App Check. */
  jwks: unknown
}

export interface StandInGoogle extends Knowledge {
  /** Asks this one, and trusts only its certificate. */
  readonly client: GoogleClient
  readonly asked: Asked[]
  /** Answers a place in another way, or again as usual. */
  instead(place: GooglePlace, listener: RequestListener | undefined): void
  /** PEM of the authority of its certificate. */
  readonly ca: string
  /** Where it listens, for each place. */
  readonly places: Readonly<Record<GooglePlace, string>>
  /** Stops listening. */
  stop(): Promise<void>
  close(): Promise<void>
}

export const verdictKey = (packageName: string, token: string): string => `${packageName} ${token}`

/** Google's token endpoint, Play Integrity and App Check, as far as management uses them, over HTTPS. */
export async function startStandInGoogle(nowMs: () => number): Promise<StandInGoogle> {
  const authority = await createAuthority('stand-in')
  const { certPem: cert, keyPem: key } = await authority.issue({ ipAddresses: ['127.0.0.1'] })
  const knowledge: Knowledge = { nowMs, accounts: [], verdicts: new Map(), jwks: { keys: [] } }
  const asked: Asked[] = []
  const others = new Map<GooglePlace, RequestListener>()
  const accessTokens = new Set<string>()
  const server = createServer({ cert, key }, (request, response) => {
    void readBody(request).then(async (body) => {
      const { method = '', url = '', headers } = request
      const place = PLACES.find((name) => url.startsWith(`/${name}/`)) ?? 'oauth'
      const one = { place, method, path: url.slice(place.length + 1), headers, body }
      asked.push(one)
      const other = others.get(place)
      if (other) return other(request, response)
      const { status, json } = await answer(one, knowledge, accessTokens)
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const at = (place: GooglePlace): string => `https://127.0.0.1:${port}/${place}`
  const places = { 'play-integrity': at('play-integrity'), oauth: at('oauth'), 'app-check': at('app-check') }
  // A busy machine may take longer than management waits for Google.
  const client = createGoogleClient({ places, ca: authority.certPem, totalMs: 20_000 })
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return Object.assign(knowledge, {
    client,
    ca: authority.certPem,
    asked,
    places,
    instead: (place: GooglePlace, listener: RequestListener | undefined) =>
      void (listener ? others.set(place, listener) : others.delete(place)),
    stop,
    async close() {
      await client.close()
      await stop()
    },
  })
}

interface Answer {
  readonly status: number
  readonly json: unknown
}

function answer(one: Asked, knowledge: Knowledge, accessTokens: Set<string>): Promise<Answer> | Answer {
  const { place, method, path } = one
  if (place === 'oauth' && method === 'POST' && path === '/token') return sellAccess(one, knowledge, accessTokens)
  if (place === 'play-integrity' && method === 'POST') return decode(one, knowledge, accessTokens)
  if (place === 'app-check' && path === '/v1/jwks') return { status: 200, json: knowledge.jwks }
  return { status: 404, json: { error: { status: 'NOT_FOUND' } } }
}

/** RFC 7523 § 3.1. */
async function sellAccess({ body }: Asked, { accounts, nowMs }: Knowledge, accessTokens: Set<string>): Promise<Answer> {
  const form = new URLSearchParams(body)
  const statement = form.get('assertion') ?? ''
  const verified = accounts.map(({ clientEmail, publicKey }) =>
    jwtVerify(statement, publicKey, {
      algorithms: ['RS256'],
      issuer: clientEmail,
      audience: 'https://oauth2.googleapis.com/token',
      currentDate: new Date(nowMs()),
      maxTokenAge: '1 hour',
    }),
  )
  const known = await Promise.any(verified).catch(() => undefined)
  const isGranted =
    form.get('grant_type') === 'urn:ietf:params:oauth:grant-type:jwt-bearer' &&
    known?.payload.scope === 'https://www.googleapis.com/auth/playintegrity'
  if (!isGranted) return { status: 400, json: { error: 'invalid_grant' } }
  const token = `ya29.${randomUUID()}`
  accessTokens.add(token)
  return { status: 200, json: { access_token: token, expires_in: 3_599, token_type: 'Bearer' } }
}

function decode({ path, headers, body }: Asked, { verdicts }: Knowledge, accessTokens: Set<string>): Answer {
  if (!accessTokens.has(headers.authorization?.replace(/^Bearer /, '') ?? ''))
    return { status: 401, json: { error: { status: 'UNAUTHENTICATED' } } }
  const [, packageName = ''] = /^\/v1\/([\w.]+):decodeIntegrityToken$/.exec(path) ?? []
  const key = verdictKey(packageName, JSON.parse(body).integrityToken)
  const verdict = verdicts.get(key)
  if (verdict === undefined) return { status: 400, json: { error: { status: 'INVALID_ARGUMENT' } } }
  verdicts.delete(key)
  return { status: 200, json: { tokenPayloadExternal: verdict } }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
