import { describe, expect, it } from '@jest/globals'
import { Vault } from '@protectmyapi/protos/vault'
import { ACCESS, authorizeBy } from './access.js'

const authorize = authorizeBy('protectmyapi.local', 'protectmyapi')
const peer = (name: string, domain = 'protectmyapi.local', namespace = 'protectmyapi') => ({
  spiffeId: `spiffe://${domain}/ns/${namespace}/sa/${name}`,
  thumbprint: 'x',
})
const may = (path: string, who: ReturnType<typeof peer>): boolean => {
  try {
    authorize(path, who)
    return true
  } catch (err) {
    expect(err).toMatchObject({ code: 'FORBIDDEN' })
    return false
  }
}

describe('the table of methods and callers', () => {
  it('has a row for every method of the contract, and for nothing else', () => {
    expect(Object.keys(ACCESS).sort()).toEqual(Object.keys(Vault.service).sort())
  })

  it('lets proxies and internal services only lease, management do everything else, and others nothing', () => {
    const paths = Object.values(Vault.service).map(({ path }) => path)
    const allowed = (who: ReturnType<typeof peer>) =>
      paths
        .filter((path) => may(path, who))
        .map((path) => path.split('/')[2])
        .sort()
    expect(allowed(peer('proxy'))).toEqual(['LeaseSecrets'])
    // An internal service leases by a grant; management decides whether it is registered.
    expect(allowed(peer('worker'))).toEqual(['LeaseSecrets'])
    expect(allowed(peer('management', 'protectmyapi.local', 'other'))).toEqual(['LeaseSecrets'])
    expect(allowed(peer('management'))).toEqual(
      Object.keys(ACCESS)
        .filter((method) => method !== 'LeaseSecrets')
        .sort(),
    )
    for (const nobody of [
      peer('vault'),
      peer('worker', 'evil.local'),
      peer('proxy', 'evil.local'),
      peer('management', 'evil.local'),
    ]) {
      expect(allowed(nobody)).toEqual([])
    }
  })

  it('lets no caller both put and lease secrets, and gives LeaseOperational no secret for injection', () => {
    const [writers, leasers] = [ACCESS.PutSecret.callers, ACCESS.LeaseSecrets.callers]
    expect(writers.filter((caller) => (leasers as readonly string[]).includes(caller))).toEqual([])
    expect(ACCESS.LeaseOperational.purposes).not.toContain('injection')
  })

  it.each([
    '/protectmyapi.vault.v1.Vault/Unknown',
    '/protectmyapi.vault.v1.Vault/constructor',
    '/other.Service/PutSecret',
    '',
    'PutSecret',
  ])('refuses %j', (path) => {
    expect(may(path, peer('management'))).toBe(false)
  })
})
