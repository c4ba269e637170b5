import { X509Certificate } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { type Held, type Renewed, renew } from './renew.js'

const DAY_MS = 86_400_000
const START_MS = Date.parse('2030-01-01T00:00:00Z')
const EMPTY: Held = { authorities: [], leaves: new Map() }
const services = new Map(
  ['vault', 'management', 'proxy'].map((name) => [
    name,
    { spiffeId: `spiffe://keys.example.com/ns/pma/sa/${name}`, dnsNames: [`pma-${name}.pma.svc`] },
  ]),
)
const LIVES = { leafMs: 30 * DAY_MS, authorityMs: 730 * DAY_MS }
const renewed = (held: Held, day: number, lives = LIVES): Promise<Renewed> =>
  renew(held, { services, ...lives, nowMs: START_MS + day * DAY_MS })

/** Whether a service with a certificate from `of` is trusted by a service that has the authorities of `by`. */
const isBelieved = (of: Held, by: Held): boolean =>
  [...of.leaves.values()].every(({ certPem }) =>
    by.authorities.some((authority) =>
      new X509Certificate(certPem).verify(new X509Certificate(authority.certPem).publicKey),
    ),
  )

describe('the installer’s certificates', () => {
  it('are made once, and a second run changes nothing', async () => {
    const first = await renewed(EMPTY, 0)
    expect(first.made).toEqual(['authority', 'vault', 'management', 'proxy'])
    const second = await renewed(first, 0)
    expect(second.made).toEqual([])
    expect([...second.leaves]).toEqual([...first.leaves])
  })

  it('carry the service’s identity, and live as long as was asked for', async () => {
    const { leaves } = await renewed(EMPTY, 0)
    const certificate = new X509Certificate(leaves.get('proxy')?.certPem ?? '')
    expect(certificate.subjectAltName).toContain('URI:spiffe://keys.example.com/ns/pma/sa/proxy')
    expect(Date.parse(certificate.validTo)).toBe(START_MS + 30 * DAY_MS)
  })

  it('are renewed when less than a third of their life is left, and not before', async () => {
    const first = await renewed(EMPTY, 0)
    expect((await renewed(first, 19)).made).toEqual([])
    expect((await renewed(first, 21)).made).toEqual(['vault', 'management', 'proxy'])
  })

  it('are made anew when the identity in them is another service’s', async () => {
    const first = await renewed(EMPTY, 0)
    const leaves = new Map(first.leaves).set('proxy', first.leaves.get('vault') ?? { certPem: '', keyPem: '' })
    expect((await renewed({ ...first, leaves }, 0)).made).toEqual(['proxy'])
  })

  it('always come from an authority that all services trust, while five authorities follow one another', async () => {
    const lives = { leafMs: 4 * DAY_MS, authorityMs: 24 * DAY_MS }
    let before = await renewed(EMPTY, 0, lives)
    let authorities = 1
    // A run every six hours. A pod has the result of the last run, or of the one before.
    for (let day = 0.25; day < 56; day += 0.25) {
      const after = await renewed(before, day, lives)
      if (after.made.includes('authority')) authorities += 1
      if (!isBelieved(after, before) || !isBelieved(before, after)) throw new Error(`not believed on day ${day}`)
      before = after
    }
    expect(authorities).toBe(5)
    expect(before.authorities.length).toBeLessThanOrEqual(2)
  }, 30_000)
})
