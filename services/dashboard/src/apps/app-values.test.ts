import { describe, expect, test } from '@jest/globals'
import { type AppValues, patchOf } from './app-values.js'

const BEFORE: AppValues = {
  name: 'My app',
  slug: 'my-app',
  platform: 'ios',
  policy: 'enforce',
  enabled: true,
  limits: [{ scope: 'device', count: 60, periodSeconds: 60, burst: 10 }],
  quotas: [{ scope: 'app', period: 'day', count: 10_000 }],
}

describe('what is sent of an app that was changed', () => {
  test('is nothing where nothing was', () => {
    expect(patchOf(BEFORE, structuredClone(BEFORE))).toEqual({})
  })

  test.each<Partial<AppValues>>([
    { name: 'Chat' },
    { slug: 'chat' },
    { platform: 'react-native' },
    { policy: 'off' },
    { enabled: false },
    { limits: [] },
    { limits: [{ scope: 'device', count: 60, periodSeconds: 60, burst: 20 }] },
    { quotas: [] },
    { quotas: [{ scope: 'app', period: 'month', count: 10_000 }] },
  ])('is the one field that was: %j', (changed) => {
    expect(patchOf(BEFORE, { ...BEFORE, ...changed })).toEqual(changed)
  })
})
