import { timingSafeEqual } from 'node:crypto'
import { SecretBytes } from '@protectmyapi/service-kit/crypto/secret-text'
import { type Bindings, bindingsBytes, keepsBindings } from '@protectmyapi/service-kit/destinations/bindings'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { NewVersion, Purpose, VaultClient, VersionRef } from '../vault/vault-client.js'
import { memoryHeads } from './memory-witness.js'

interface Stored extends VersionRef {
  readonly state: 'stored'
  readonly generation: number
  readonly purpose: Purpose
  readonly value: Buffer
  readonly bindings: Bindings
}
type Held = Stored | (VersionRef & { readonly state: 'closed' | 'destroyed' })

type Method = keyof VaultClient

/** A vault in memory. It passes the same contract tests as the real client, keeps state, and fails when told to. */
export interface MemoryVault extends VaultClient {
  /** Makes the next call of this method fail with UNAVAILABLE, before or after it takes effect. */
  failNext(method: Method, when: 'before' | 'after'): void
  /** While away, every call fails before it takes effect. */
  setAway(away: boolean): void
  /** Makes another key sign heads from now on. */
  rotateKey(knownSinceMs?: number): void
  signAnew(): void
  stateOf(versionId: string): Held['state'] | 'unknown'
  /** The value in clear of a stored version, for assertions. */
  valueOf(versionId: string): string | undefined
  bindingsOf(versionId: string): Bindings | undefined
  calls(method: Method): number
}

const LEASE_LIFE_MS = 5 * 60_000

/** @param now the clock by which it signs heads. */
export function memoryVault(now: () => number = Date.now): MemoryVault {
  const versions = new Map<string, Held>()
  const failing = new Map<Method, 'before' | 'after'>()
  const counts = new Map<Method, number>()
  const shredded = new Set<string>()
  const heads = memoryHeads(now)
  let away = false

  function checkIds(...ids: string[]): void {
    for (const id of ids) if (!/^[A-Za-z0-9_-]{1,64}$/.test(id)) throw new Fault('INVALID_REQUEST', 'no id')
  }

  async function call<T>(method: Method, work: () => T): Promise<T> {
    counts.set(method, (counts.get(method) ?? 0) + 1)
    const fails = failing.get(method)
    failing.delete(method)
    // Answers in a later turn of the event loop, as a network does.
    await new Promise((resolve) => setImmediate(resolve))
    if (away || fails === 'before') throw new Fault('UNAVAILABLE', `the vault is away (${method})`)
    const result = work()
    if (fails === 'after') throw new Fault('UNAVAILABLE', `the answer of the vault was lost (${method})`)
    return result
  }

  const newestOf = (organizationId: string, secretId: string): number =>
    Math.max(
      0,
      ...[...versions.values()]
        .filter((held) => held.organizationId === organizationId && held.secretId === secretId)
        .map((held) => (held.state === 'stored' ? held.generation : (destroyedGenerations.get(held.versionId) ?? 0))),
    )
  // A destroyed version keeps its place in the order.
  const destroyedGenerations = new Map<string, number>()

  const before = ({ organizationId, secretId, generation }: NewVersion): Stored | undefined =>
    [...versions.values()]
      .filter((held) => held.state === 'stored')
      .find(
        (held) =>
          held.organizationId === organizationId && held.secretId === secretId && held.generation === generation - 1,
      )

  function put(version: NewVersion): void {
    const held = versions.get(version.versionId)
    if (held) {
      if (held.state === 'stored' && sameVersion(held, version)) return
      throw new Fault('CONFLICT', `version ${version.versionId} is ${held.state}, or has other contents`)
    }
    if (version.generation !== newestOf(version.organizationId, version.secretId) + 1) {
      throw new Fault('CONFLICT', `generation ${version.generation} does not succeed the newest`)
    }
    const previous = before(version)
    if (version.sameBindings && !(previous && keepsBindings(previous.bindings, version.bindings))) {
      throw new Fault('CONFLICT', 'other bindings than the generation before')
    }
    versions.set(version.versionId, { ...version, state: 'stored', value: Buffer.from(version.value.reveal()) })
  }

  function settle(version: VersionRef): 'STORED' | 'CLOSED' {
    checkIds(version.organizationId, version.secretId, version.versionId)
    const held = versions.get(version.versionId)
    if (held?.state === 'stored') return 'STORED'
    if (!held) versions.set(version.versionId, { ...version, state: 'closed' })
    return 'CLOSED'
  }

  function destroy(version: VersionRef): void {
    const held = versions.get(version.versionId)
    if (held?.state === 'stored') destroyedGenerations.set(version.versionId, held.generation)
    // Two concurrent rotations destroy the same key twice. The second leaves the state as it is.
    const wasStored = held?.state === 'stored' || held?.state === 'destroyed'
    versions.set(version.versionId, { ...version, state: wasStored ? 'destroyed' : 'closed' })
  }

  const stored = (versionId: string): Stored | undefined => {
    const held = versions.get(versionId)
    return held?.state === 'stored' && !shredded.has(held.organizationId) ? held : undefined
  }

  return {
    putSecret: (version) => call('putSecret', () => put(version)),
    settleVersion: (version) => call('settleVersion', () => settle(version)),
    destroyVersions: (organizationId, secretId, versionIds) =>
      call('destroyVersions', () => {
        checkIds(organizationId, secretId, ...versionIds)
        for (const versionId of versionIds) destroy({ organizationId, secretId, versionId })
      }),
    leaseOperational: (version) =>
      call('leaseOperational', () => {
        const held = stored(version.versionId)
        if (!held || held.purpose === 'INJECTION' || held.organizationId !== version.organizationId) {
          throw new Fault('SECRET_NOT_FOUND', `nothing operational at ${version.versionId}`)
        }
        return { value: new SecretBytes(Buffer.from(held.value)), lifeMs: LEASE_LIFE_MS }
      }),
    shredOrganization: (organizationId) =>
      call('shredOrganization', () => {
        checkIds(organizationId)
        shredded.add(organizationId)
      }),
    signHead: (asked) => call('signHead', () => heads.signHead(asked)),
    describeHead: (chain) => call('describeHead', () => heads.describeHead(chain)),
    listChains: (after) => call('listChains', () => heads.listChains(after)),
    failNext: (method, when) => void failing.set(method, when),
    rotateKey: heads.rotateKey,
    signAnew: heads.signAnew,
    setAway: (now) => {
      away = now
    },
    stateOf: (versionId) => versions.get(versionId)?.state ?? 'unknown',
    valueOf: (versionId) => stored(versionId)?.value.toString('utf8'),
    bindingsOf: (versionId) => stored(versionId)?.bindings,
    calls: (method) => counts.get(method) ?? 0,
  }
}

function sameVersion(held: Stored, version: NewVersion): boolean {
  const value = version.value.reveal()
  return (
    held.generation === version.generation &&
    held.purpose === version.purpose &&
    held.value.length === value.length &&
    timingSafeEqual(held.value, value) &&
    sameBindings(held, version)
  )
}

const sameBindings = (held: Stored, version: NewVersion): boolean =>
  bindingsBytes(held.bindings).equals(bindingsBytes(version.bindings))
