import { describe, expect, it } from '@jest/globals'
import { INSTALLATION_ORGANIZATION } from '@protectmyapi/service-kit/ids'
import { BINDINGS, NO_BINDINGS } from '../test/vault-core.js'
import { checkBindings, checkGeneration, checkIdList, checkIds, checkOwner, checkValue } from './bounds.js'

const refused = expect.objectContaining({ code: 'INVALID_REQUEST' })

describe('the bounds of a put', () => {
  it.each(['', 'x'.repeat(65), 'a b', 'a\u0000b', 'a/b', 'é'])('refuse the id %j', (id) => {
    expect(() => checkIds({ secret_id: id })).toThrow(refused)
  })

  it('refuse an empty list of ids, and one of more than a hundred', () => {
    expect(() => checkIdList('version_ids', [])).toThrow(refused)
    expect(() => checkIdList('version_ids', Array(101).fill('ver_a'))).toThrow(refused)
    expect(() => checkIdList('version_ids', Array(100).fill('ver_a'))).not.toThrow()
  })

  it.each([0, -1, 1.5, Number.NaN, Number.MAX_SAFE_INTEGER + 1])('refuse the generation %p', (generation) => {
    expect(() => checkGeneration(generation)).toThrow(refused)
  })

  it('refuse an empty value, and one of more than 64 KiB', () => {
    expect(() => checkValue('operational', Buffer.alloc(0))).toThrow(refused)
    expect(() => checkValue('operational', Buffer.alloc(64 * 1024 + 1))).toThrow(refused)
    expect(() => checkValue('operational', Buffer.alloc(64 * 1024))).not.toThrow()
  })

  it.each(['\u0000', '\r', '\n'])(
    'refuse %j in a value for injection, and accept it in an operational one',
    (character) => {
      const value = Buffer.from(`sk-a${character}b`)
      expect(() => checkValue('injection', value)).toThrow(refused)
      expect(() => checkValue('operational', value)).not.toThrow()
    },
  )

  it('refuse an unbound secret for injection, and a bound one for anything else', () => {
    expect(() => checkBindings('injection', NO_BINDINGS)).toThrow(refused)
    expect(() => checkBindings('injection', { ...BINDINGS, origins: [] })).toThrow(refused)
    expect(() => checkBindings('injection', { ...BINDINGS, placements: [] })).toThrow(refused)
    expect(() => checkBindings('operational', BINDINGS)).toThrow(refused)
    expect(() => checkBindings('grant-signing', BINDINGS)).toThrow(refused)
    expect(() => checkBindings('injection', BINDINGS)).not.toThrow()
    expect(() => checkBindings('operational', NO_BINDINGS)).not.toThrow()
  })

  it('let only a secret for injection be bound to an internal service, alone or beside origins with placements', () => {
    const services = ['spiffe://a/ns/a/sa/a']
    expect(() => checkBindings('injection', { ...BINDINGS, services })).not.toThrow()
    expect(() => checkBindings('injection', { ...NO_BINDINGS, services })).not.toThrow()
    expect(() => checkBindings('injection', { ...BINDINGS, origins: [], services })).toThrow(refused)
    expect(() => checkBindings('injection', { ...BINDINGS, placements: [], services })).toThrow(refused)
    expect(() => checkBindings('operational', { ...NO_BINDINGS, services })).toThrow(refused)
    expect(() => checkBindings('grant-signing', { ...NO_BINDINGS, services })).toThrow(refused)
  })

  it('refuse keys that sign grants in any organization but the installation’s own', () => {
    expect(() => checkOwner('grant-signing', 'org_a')).toThrow(refused)
    expect(() => checkOwner('grant-signing', INSTALLATION_ORGANIZATION)).not.toThrow()
  })
})
