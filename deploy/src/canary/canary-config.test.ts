import { describe, expect, it } from '@jest/globals'
import { canaryConfig } from './canary-config.js'

describe('what a canary run is asked for', () => {
  it('is a Redis that is there, core files and no leak, where nothing is said', () => {
    expect(canaryConfig({})).toEqual({ plant: undefined, redisMode: 'there', cores: true })
    expect(canaryConfig({ CORES: '0' })).toMatchObject({ cores: false })
  })

  it('is refused where it would search what is not there', () => {
    expect(canaryConfig({ PLANT: 'redis', REDIS_MODE: 'flushed' })).toMatchObject({
      plant: 'redis',
      redisMode: 'flushed',
    })
    expect(() => canaryConfig({ PLANT: 'redis', REDIS_MODE: 'stopped' })).toThrow(/PLANT/)
    expect(() => canaryConfig({ REDIS_MODE: 'away' })).toThrow(/REDIS_MODE/)
  })
})
