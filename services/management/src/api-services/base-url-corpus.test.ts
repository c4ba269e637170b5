import { afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { hostileUrls } from '@protectmyapi/service-kit/test/hostile-urls'
import { restHarness } from '../test/rest-harness.js'

/** URLs whose host is a provider's but which do not mean what they seem to mean. */
const MISLEADING = [
  'https://user:password@api.openai.com',
  'https://user@api.openai.com',
  'https://@api.openai.com',
  'https:api.openai.com',
  'https://api.open\tai.com',
  'https://api.openai.com\n',
  'https://api.openai.com:0',
  'https://\u0430pi.openai.com',
  'https://010.010.010.010',
  'https://api.openai.com\\@127.0.0.1',
  'https://api.openai.com/..//127.0.0.1',
  'https://api.openai.com/a/../b',
  'https://api.openai.com/%2e%2e/b',
  'https://api.openai.com/a;b',
  'https://api.openai.com/a//b',
  'https://api.openai.com/a\\b',
  'https://api.openai.com/?x',
  'https://api.openai.com/#x',
  'https://api.openai.com/{x}',
  'https://api.openai.com/{{KEY}}',
]

const house = await startForAllTests(() => restHarness({ exempt: [] }))
const owner = await house.person('owner')
const org = await house.organization(owner, 'Hostile')

const services = (): string => `/orgs/${org}/services`
const refused = { status: 400, code: 'INVALID_REQUEST', pointers: ['/baseUrl'] }

async function answerTo(method: 'POST' | 'PATCH' | 'PUT', path: string, body: object): Promise<object> {
  const answer = await owner.ask(method, path, body)
  const errors: { pointer: string }[] = answer.body.errors ?? []
  return { status: answer.status, code: answer.body.code, pointers: errors.map(({ pointer }) => pointer) }
}

describe('a base URL that must never be dialled', () => {
  const urls = hostileUrls()
  const fields = { name: 'S', baseUrl: 'https://api.example.com' }
  /** Create, put of a new service, and put and patch of an existing one. */
  const WAYS: readonly ((baseUrl: string) => Promise<object>)[] = [
    (baseUrl) => answerTo('POST', services(), { ...fields, slug: 'new', baseUrl }),
    (baseUrl) => answerTo('PUT', `${services()}/new`, { ...fields, baseUrl }),
    (baseUrl) => answerTo('PUT', `${services()}/there`, { ...fields, baseUrl }),
    (baseUrl) => answerTo('PATCH', `${services()}/there`, { baseUrl }),
  ]

  beforeAll(async () => {
    await owner.ask('POST', services(), { ...fields, slug: 'there' }).expect(201)
  })

  afterEach(async () => {
    const { body } = await owner.ask('GET', services()).expect(200)
    expect(body.items).toMatchObject([{ slug: 'there', baseUrl: 'https://api.example.com' }])
  })

  // upstream-url.test.ts tries the function that checks them with every URL that parses.
  it(`is refused with 400: each of ${urls.length} URLs by one of create, put of a new service, put and patch`, async () => {
    for (const [index, baseUrl] of urls.entries()) {
      const answer = await WAYS[index % WAYS.length]?.(baseUrl)
      expect([baseUrl, answer]).toEqual([baseUrl, refused])
    }
  }, 180_000)

  it('is refused with 400 by each of the four ways of saving if it only looks like a provider’s URL', async () => {
    for (const baseUrl of MISLEADING)
      for (const way of WAYS) expect([baseUrl, await way(baseUrl)]).toEqual([baseUrl, refused])
  }, 180_000)
})

describe('an origin that must never be dialled', () => {
  it('is refused with 400 in bindings, by each way of writing them', async () => {
    const secrets = `/orgs/${org}/secrets`
    const placements = [{ kind: 'header', name: 'authorization' }]
    const bound = (...origins: string[]) => ({ value: 'a value of a key', bindings: { origins, placements } })
    const there = await owner.ask('POST', secrets, { name: 'THERE', ...bound('https://api.example.com') }).expect(201)
    for (const origin of ['https://127.0.0.1', 'https://kubernetes.default', 'http://api.example.com']) {
      const body = bound('https://api.example.com', origin)
      const answers = [
        await answerTo('POST', secrets, { name: 'NEW', ...body }),
        await answerTo('PUT', `${secrets}/by-name/NEW`, body),
        await answerTo('PUT', `${secrets}/by-name/THERE`, body),
        await answerTo('PUT', `${secrets}/${there.body.id}/value`, body),
      ]
      expect([origin, ...answers]).toEqual([
        origin,
        ...answers.map(() => ({ ...refused, pointers: ['/bindings/origins'] })),
      ])
    }
    const { body } = await owner.ask('GET', secrets).expect(200)
    expect(body.items).toMatchObject([{ name: 'THERE', bindings: { origins: ['https://api.example.com'] } }])
  })
})
