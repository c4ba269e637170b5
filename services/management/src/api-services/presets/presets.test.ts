import { describe, expect, it } from '@jest/globals'
import { startForAllTests } from '@protectmyapi/dev-kit/start-for-all-tests'
import { restHarness } from '../../test/rest-harness.js'
import { PRESETS } from './presets.js'

const house = await startForAllTests(restHarness)
const owner = await house.person('owner')

describe('a preset', () => {
  it.each(PRESETS.map((preset) => [preset.id, preset] as const))(
    '%s makes a whole service of a slug and a name',
    async (id, preset) => {
      const fresh = await house.organization(owner, `Preset ${id}`)
      const create = () => owner.ask('POST', `/orgs/${fresh}/services`, { name: preset.name, slug: id, preset: id })
      const missing = await create().expect(400)
      expect(missing.body.detail).toContain(preset.secretName)
      await owner
        .ask('POST', `/orgs/${fresh}/secrets`, { name: preset.secretName, value: 'value-of-a-key' })
        .expect(201)
      const { body } = await create().expect(201)
      expect(body).toMatchObject({
        preset: id,
        baseUrl: preset.baseUrl,
        paths: preset.endpoints[0]?.paths,
        warnings: [],
      })
      expect(body.auth.secret).toBe(preset.secretName)
      expect(body.limits).toEqual([{ scope: 'device', count: 60, periodSeconds: 60, burst: 20 }])
    },
  )

  it('gives way to what the request says', async () => {
    const org = await house.organization(owner, 'Own')
    await owner.ask('POST', `/orgs/${org}/secrets`, { name: 'OPENAI_API_KEY_DEV', value: 'value-of-a-key' }).expect(201)
    const own = { auth: { type: 'bearer', secret: 'OPENAI_API_KEY_DEV' }, limits: [], paths: ['/v1/embeddings'] }
    const { body } = await owner
      .ask('POST', `/orgs/${org}/services`, { name: 'S', slug: 's', preset: 'openai', ...own })
      .expect(201)
    expect(body).toMatchObject({ ...own, baseUrl: 'https://api.openai.com' })
    expect(body.warnings).toEqual([expect.stringContaining('No rate limit')])
  })

  it('is listed with what a person needs to know', async () => {
    const { body } = await owner.ask('GET', '/presets').expect(200)
    expect(body.items.map((item: { id: string }) => item.id)).toEqual([
      'openai',
      'anthropic',
      'gemini',
      'stripe',
      'stability',
      'elevenlabs',
    ])
    expect(body.items[0]).toMatchObject({
      secretName: 'OPENAI_API_KEY',
      keyFrom: 'https://platform.openai.com/api-keys',
    })
  })
})
