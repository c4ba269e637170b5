import { describe, expect, it } from '@jest/globals'
import { chaosConfig } from './chaos-config.js'

describe('the settings of make chaos', () => {
  it('play the given seed, and further seeds that follow from it', () => {
    expect(chaosConfig({ SEED: '7' }).seeds).toEqual(['7'])
    expect(chaosConfig({ SEED: '7', SEEDS: '3' }).seeds).toEqual(['7', '7-2', '7-3'])
  })

  it('play random seeds when none is given', () => {
    const { seeds } = chaosConfig({ SEEDS: '3' })
    expect(new Set(seeds).size).toBe(3)
  })

  it('play three seeds when a rule is taken out, unless a number or a seed is given', () => {
    expect(chaosConfig({ BREAK: 'lock' }).seeds).toHaveLength(3)
    expect(chaosConfig({ BREAK: 'lock', SEEDS: '2' }).seeds).toHaveLength(2)
    expect(chaosConfig({ BREAK: 'lock', SEED: '7' }).seeds).toEqual(['7'])
  })

  it('take out no rule, the named one, or each of them', () => {
    expect(chaosConfig({}).without).toEqual([])
    expect(chaosConfig({ BREAK: 'lock' }).without).toEqual(['lock'])
    expect(chaosConfig({ BREAK: 'all' }).without).toEqual(['wait', 'fill', 'lock', 'buffer'])
  })

  it('accept a KMS on this machine, and refuse one elsewhere', () => {
    const { kmsEndpoint } = chaosConfig({ LOCALSTACK_ENDPOINT: 'http://127.0.0.1:4566' })
    expect(kmsEndpoint).toBe('http://127.0.0.1:4566')
    expect(() => chaosConfig({ LOCALSTACK_ENDPOINT: 'http://kms.example.com' })).toThrow('LOCALSTACK_ENDPOINT')
  })

  it('are refused for an unknown rule or profile', () => {
    expect(() => chaosConfig({ BREAK: 'everything' })).toThrow('BREAK')
    expect(() => chaosConfig({ PROFILE: 'double' })).toThrow('PROFILE')
  })
})
