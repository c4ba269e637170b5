import { readFileSync } from 'node:fs'
import { expect, it } from '@jest/globals'
import { describeWithVectors } from '@protectmyapi/dev-kit/vectors'
import type { Placement } from '@protectmyapi/service-kit/destinations/bindings'
import { inject } from '../inject/inject.js'
import { heldSecret, routeTo } from '../test/fake-data-plane.js'
import { KEY } from '../test/start-proxy.js'
import { aim } from './aim.js'
import { parseRequestTarget } from './request-target.js'

const ORIGIN = 'https://api.example.com'
const BASE = '/base/v2'
const load = <Shape>(file: string): Shape => JSON.parse(readFileSync(file, 'utf8'))

interface UrlCase {
  readonly input: string
  readonly href?: string
  readonly pathname?: string
}

/** Lone surrogates become U+FFFD, as in UTF-8. */
const escaped = (text: string): string => encodeURIComponent(Buffer.from(text, 'utf8').toString('utf8'))

/** What a client could send: the strings themselves, with a slash in front, as a segment, and percent-encoded. */
const targetsOf = (text: string): string[] => [
  text,
  `/${text}`,
  `/v1/${text}/x`,
  `/v1/${escaped(text)}`,
  `/v1/x?q=${text}`,
  `/v1/x?q=${escaped(text)}`,
]

function urlTargets(folder: string): string[] {
  const cases = load<(string | UrlCase)[]>(`${folder}/urltestdata.json`).filter((one) => typeof one === 'object')
  return cases.flatMap(({ input, pathname }) => [...targetsOf(input), ...(pathname === undefined ? [] : [pathname])])
}

const naughtyTargets = (folder: string): string[] => load<string[]>(`${folder}/blns.json`).flatMap(targetsOf)

/** What would be dialled, or undefined where the request is refused. */
function dialled(raw: string, route: ReturnType<typeof routeTo>): string | undefined {
  try {
    const { path, query } = parseRequestTarget(raw)
    const aimed = aim(route.target, 'GET', path)
    const secret = heldSecret('sec_1', KEY, { origins: [ORIGIN], placements: [HEADER, PATH] })
    return inject(route, aimed, { headers: [], query, method: 'GET' }, new Map([['sec_1', secret]])).target
  } catch (err) {
    expect(err).toMatchObject({ code: 'PATH_NOT_ALLOWED' })
    return undefined
  }
}

const HEADER: Placement = { kind: 'header', name: 'authorization' }
const PATH: Placement = { kind: 'path', template: '/base/v2/bot{}' }
const target = { baseUrl: new URL(ORIGIN + BASE), origin: ORIGIN }
const byHeader = routeTo(ORIGIN, { target })
const byPath = routeTo(ORIGIN, {
  injection: [
    {
      kind: 'path',
      value: [
        { kind: 'literal', text: '/base/v2/bot' },
        { kind: 'secret', secretId: 'sec_1' },
      ],
    },
  ],
})

describeWithVectors('url', 'WPT’s urltestdata.json', (folder) =>
  areSentAsChecked('urltestdata.json', () => urlTargets(folder)),
)
describeWithVectors('blns', 'the list of naughty strings', (folder) =>
  areSentAsChecked('naughty strings', () => naughtyTargets(folder)),
)

function areSentAsChecked(name: string, targets: () => string[]): void {
  it.each([
    ['a header', byHeader, `${BASE}/`],
    ['a path segment', byPath, `${BASE}/bot${KEY}/`],
  ])(
    'each request target is refused, or sent byte for byte below the base path, with the key in %s',
    (_place, route, prefix) => {
      const made = targets()
      let sentOn = 0
      for (const raw of made) {
        const sent = dialled(raw, route)
        if (sent === undefined) continue
        sentOn += 1
        // Nothing is left that a parser would resolve: it reads the same origin, path and query that were sent.
        const parsed = new URL(sent, ORIGIN)
        expect([
          raw,
          parsed.origin,
          parsed.pathname + (sent.includes('?') ? sent.slice(sent.indexOf('?')) : ''),
        ]).toEqual([raw, ORIGIN, sent])
        expect([raw, sent.startsWith(prefix)]).toEqual([raw, true])
        // What the client sent is in it, byte for byte.
        expect([raw, sent.slice(prefix.length - 1)]).toEqual([raw, raw])
      }
      expect(sentOn).toBeGreaterThan(made.length / 10)
      process.stdout.write(`${name}: ${made.length} targets, ${sentOn} sent on, ${made.length - sentOn} refused\n`)
    },
  )
}
