import { afterEach, describe, expect, it } from '@jest/globals'
import { claimsAt, grantSigner, PROXY, WORKER } from '../test/grant-signer.js'
import type { LeaseRequest } from './lease-transaction.js'
import { LEASE_QUEUE_LIMITS, queueLeases } from './queue-leases.js'

const { totalMax, perOwnerMax } = LEASE_QUEUE_LIMITS.services
/** A well-formed grant signed by a key that nobody has pinned: anybody can make one. */
const grant = await grantSigner('ver_of_nobody').sign(claimsAt(0))
const service = (name: string | number) => ({ ...WORKER, spiffeId: `spiffe://protectmyapi.local/ns/apps/sa/${name}` })
const many = (count: number, peer: LeaseRequest['peer']): LeaseRequest[] =>
  Array.from({ length: count }, () => ({ grant, versionIds: ['ver_a'], peer }))

const endings: (() => void)[] = []
afterEach(() => {
  for (const end of endings.splice(0)) end()
})

/** A queue in which transactions of services do not end until they are told to. */
function setUp() {
  const transactions: (readonly LeaseRequest[])[] = []
  let end = (): void => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  endings.push(() => end())
  const queue = queueLeases<string>({
    proxyId: PROXY.spiffeId,
    isOutage: () => false,
    run: async (requests) => {
      transactions.push(requests)
      if (requests.some(({ peer }) => peer.spiffeId !== PROXY.spiffeId)) await ended
      return requests.map(({ peer }) => peer.spiffeId)
    },
  })
  /** How each request ended, or that it still waits. */
  const outcomes = async (requests: readonly LeaseRequest[]): Promise<string[]> => {
    const found = requests.map(() => 'waits')
    requests.forEach((request, at) => {
      queue(request).then(
        () => {
          found[at] = 'served'
        },
        (err: { code: string }) => {
          found[at] = err.code
        },
      )
    })
    await turns()
    return found
  }
  return { queue, transactions, outcomes, end: () => end() }
}

/** As many turns of the event loop as a request needs if it waits for nobody. */
async function turns(): Promise<void> {
  for (let count = 0; count < 4; count += 1) await new Promise((resolve) => setImmediate(resolve))
}

const counted = (found: readonly string[]) => ({
  waits: found.filter((one) => one === 'waits').length,
  refused: found.filter((one) => one === 'UNAVAILABLE').length,
})

describe('the queue of leases', () => {
  it('refuses what is not a grant with INVALID_GRANT before any transaction runs', async () => {
    const { queue, transactions } = setUp()
    for (const peer of [PROXY, WORKER])
      for (const garbage of ['', 'no grant', 'a.b.c', 'x'.repeat(20_000)])
        await expect(queue({ grant: garbage, versionIds: ['ver_a'], peer })).rejects.toMatchObject({
          code: 'INVALID_GRANT',
        })
    expect(transactions).toEqual([])
  })

  it('bounds the requests of one service without refusing those of other services or proxies', async () => {
    const { outcomes, end, queue } = setUp()
    const flood = many(perOwnerMax + 10, service('flood'))
    expect(counted(await outcomes(flood))).toEqual({ waits: perOwnerMax, refused: 10 })
    expect(await outcomes(many(1, WORKER))).toEqual(['waits'])
    expect(await outcomes(many(500, PROXY))).toEqual(new Array(500).fill('served'))
    end()
    await turns()
    await expect(queue({ grant, versionIds: ['ver_a'], peer: service('flood') })).resolves.toBe(
      service('flood').spiffeId,
    )
  })

  it('refuses services with UNAVAILABLE when all their places are taken, and still serves proxies', async () => {
    const { outcomes } = setUp()
    const floods = Array.from({ length: totalMax / perOwnerMax }, (_, at) => many(perOwnerMax, service(at))).flat()
    expect(counted(await outcomes(floods))).toEqual({ waits: totalMax, refused: 0 })
    expect(await outcomes(many(1, WORKER))).toEqual(['UNAVAILABLE'])
    expect(await outcomes(many(1, PROXY))).toEqual(['served'])
  })
})
