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

  it('plays three where a rule is taken out, unless it is told how many or which', () => {
    expect(chaosConfig({ BREAK: 'lock' }).seeds).toHaveLength(3)
    expect(chaosConfig({ BREAK: 'lock', SEEDS: '2' }).seeds).toHaveLength(2)
    expect(chaosConfig({ BREAK: 'lock', SEED: '7' }).seeds).toEqual(['7'])
  })

  it('takes out no rule, the one that is named, or each of them', () => {
    expect(chaosConfig({}).without).toEqual([])
    expect(chaosConfig({ BREAK: 'lock' }).without).toEqual(['lock'])
    expect(chaosConfig({ BREAK: 'all' }).without).toEqual(['wait', 'fill', 'lock', 'buffer'])
  })

  it('takes a KMS on this machine alone: the rig breaks what is between it and the vaults', () => {
    const { kmsEndpoint } = chaosConfig({ LOCALSTACK_ENDPOINT: 'http://127.0.0.1:4566' })
    expect(kmsEndpoint).toBe('http://127.0.0.1:4566')
    expect(() => chaosConfig({ LOCALSTACK_ENDPOINT: 'http://kms.example.com' })).toThrow('LOCALSTACK_ENDPOINT')
  })

  it('refuses a rule and a profile that there are not', () => {
    expect(() => chaosConfig({ BREAK: 'everything' })).toThrow('BREAK')
    expect(() => chaosConfig({ PROFILE: 'double' })).toThrow('PROFILE')
  })
})
