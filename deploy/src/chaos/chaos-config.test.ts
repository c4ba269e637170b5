import { describe, expect, it } from '@jest/globals'
import { chaosConfig } from './chaos-config.js'

describe('what make chaos is told', () => {
  it('plays the seed that is given, and others that follow from it', () => {
    expect(chaosConfig({ SEED: '7' }).seeds).toEqual(['7'])
    expect(chaosConfig({ SEED: '7', SEEDS: '3' }).seeds).toEqual(['7', '7-2', '7-3'])
  })

  it('draws seeds where none is given', () => {
    const { seeds } = chaosConfig({ SEEDS: '3' })
    expect(new Set(seeds).size).toBe(3)
  })

  it('refuses a rule and a profile that there are not', () => {
    expect(() => chaosConfig({ BREAK: 'everything' })).toThrow('BREAK')
    expect(() => chaosConfig({ PROFILE: 'double' })).toThrow('PROFILE')
  })
})
