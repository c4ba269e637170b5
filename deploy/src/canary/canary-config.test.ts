import { describe, expect, it } from '@jest/globals'
import { canaryConfig } from './canary-config.js'

describe('the settings of a canary run', () => {
  it('are a Redis that is there, core files and no planted leak when nothing is set', () => {
    expect(canaryConfig({})).toEqual({ plant: undefined, redisMode: 'there', cores: true })
    expect(canaryConfig({ CORES: '0' })).toMatchObject({ cores: false })
  })

  it('are refused when a leak is planted in a Redis that is stopped, or the Redis mode is unknown', () => {
    expect(canaryConfig({ PLANT: 'redis', REDIS_MODE: 'flushed' })).toMatchObject({
      plant: 'redis',
      redisMode: 'flushed',
    })
    expect(() => canaryConfig({ PLANT: 'redis', REDIS_MODE: 'stopped' })).toThrow(/PLANT/)
    expect(() => canaryConfig({ REDIS_MODE: 'away' })).toThrow(/REDIS_MODE/)
  })
})
