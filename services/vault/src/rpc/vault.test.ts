import { makeClientConstructor } from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Issued } from '@protectmyapi/dev-kit/certificates/certificate-authority'
import { grpcHeadersAlone } from '@protectmyapi/dev-kit/grpc/grpc-headers-alone'
import { beginUnfinished } from '@protectmyapi/dev-kit/grpc/grpc-unfinished'
import { until } from '@protectmyapi/dev-kit/until'
import { bindingsToWire } from '@protectmyapi/protos/bindings-wire'
import type { DescribeHeadRequest } from '@protectmyapi/protos/generated/vault/v1/DescribeHeadRequest'
import type { DescribeHeadResponse__Output } from '@protectmyapi/protos/generated/vault/v1/DescribeHeadResponse'
import type { DescribeVersionsRequest } from '@protectmyapi/protos/generated/vault/v1/DescribeVersionsRequest'
import type { DescribeVersionsResponse__Output } from '@protectmyapi/protos/generated/vault/v1/DescribeVersionsResponse'
import type { LeaseSecretsRequest } from '@protectmyapi/protos/generated/vault/v1/LeaseSecretsRequest'
import type { LeaseSecretsResponse__Output } from '@protectmyapi/protos/generated/vault/v1/LeaseSecretsResponse'
import type { PutSecretRequest } from '@protectmyapi/protos/generated/vault/v1/PutSecretRequest'
import type { ReencryptSecretsRequest } from '@protectmyapi/protos/generated/vault/v1/ReencryptSecretsRequest'
import type { ReencryptSecretsResponse__Output } from '@protectmyapi/protos/generated/vault/v1/ReencryptSecretsResponse'
import type { RewrapDataKeysRequest } from '@protectmyapi/protos/generated/vault/v1/RewrapDataKeysRequest'
import type { RewrapDataKeysResponse__Output } from '@protectmyapi/protos/generated/vault/v1/RewrapDataKeysResponse'
import type { SignHeadRequest } from '@protectmyapi/protos/generated/vault/v1/SignHeadRequest'
import type { SignHeadResponse__Output } from '@protectmyapi/protos/generated/vault/v1/SignHeadResponse'
import { Vault } from '@protectmyapi/protos/vault'
import type { GrantClaims } from '@protectmyapi/service-kit/credentials/grant'
import { FIRST_HEAD, headAfter } from '@protectmyapi/service-kit/head-chain'
import { INSTALLATION_ORGANIZATION, newId } from '@protectmyapi/service-kit/ids'
import { service as healthService } from 'grpc-health-check'
import { claimsAt, type GrantSigner, grantSigner } from '../test/grant-signer.js'
import { idOf } from '../test/identities.js'
import { call, type RunningVaultForTest, runVault, thumbprintOfPem } from '../test/running-vault.js'
import { BINDINGS } from '../test/vault-core.js'

/** Older than the longest period for which lease rows can be kept. */
const OLD_LEASE = {
  ...{ lease_id: 'lse_0', organization_id: 'org_1', secret_id: 'sec_1', version_id: 'ver_1', generation: 1 },
  ...{ caller: 'of-years-ago', leased_at: new Date(0) },
}

let running: RunningVaultForTest
let management: ReturnType<RunningVaultForTest['clientAs']>
let proxy: ReturnType<RunningVaultForTest['clientAs']>
let managementIssued: Issued
let proxyIssued: Issued
let signer: GrantSigner
beforeAll(async () => {
  running = await runVault(({ tamper }) => tamper('lease_audit').insert(OLD_LEASE))
  managementIssued = await running.identities.issue('management')
  proxyIssued = await running.identities.issue('proxy')
  management = running.clientAs(managementIssued)
  proxy = running.clientAs(proxyIssued)
  const keyId = newId('version')
  signer = grantSigner(keyId)
  const key = { organizationId: INSTALLATION_ORGANIZATION, secretId: newId('secret'), versionId: keyId, generation: 1 }
  await put({ ...key, purpose: 'PURPOSE_GRANT_SIGNING', value: signer.pkcs8, bindings: null })
}, 30_000)
afterAll(() => running.close(), 30_000)

const CANARY = 'sk-canary-over-the-wire'
type Sound = PutSecretRequest & { organizationId: string; secretId: string; versionId: string }

const aRequest = (given: Partial<PutSecretRequest> = {}): Sound => ({
  organizationId: newId('organization'),
  secretId: newId('secret'),
  versionId: newId('version'),
  generation: 1,
  purpose: 'PURPOSE_INJECTION',
  value: Buffer.from(CANARY),
  bindings: bindingsToWire(BINDINGS),
  ...given,
})
const put = (request: PutSecretRequest) => call(management, management.putSecret, request)
async function stored(given: Partial<PutSecretRequest> = {}): Promise<Sound> {
  const request = aRequest(given)
  await put(request)
  return request
}

const grantFor = ({ organizationId, secretId, versionId }: Sound, given: Partial<GrantClaims> = {}): Promise<string> =>
  signer.sign(
    claimsAt(Date.now(), {
      sub: idOf('proxy'),
      cnf: { 'x5t#S256': thumbprintOfPem(proxyIssued.certPem) },
      org: organizationId,
      sec: [{ id: secretId, ver: versionId, gen: 1 }],
      ...given,
    }),
  )
const rewrap = (begin: boolean) =>
  call<RewrapDataKeysRequest, RewrapDataKeysResponse__Output>(management, management.rewrapDataKeys, { begin })
const lease = (grant: string, versionIds: string[], client = proxy) =>
  call<LeaseSecretsRequest, LeaseSecretsResponse__Output>(client, client.leaseSecrets, { grant, versionIds })

describe('a vault that runs', () => {
  it('removes lease rows that are older than they are kept', async () => {
    const { vaultDb } = running.databases
    await until(async () => {
      const left = await vaultDb('lease_audit').where({ caller: OLD_LEASE.caller })
      return left.length === 0 ? true : undefined
    })
  })
})

describe('the vault over the wire', () => {
  it('takes a secret from management and lends it to the proxy that a grant names', async () => {
    const request = await stored()
    const { results } = await lease(await grantFor(request), [request.versionId])
    expect(results).toEqual([
      {
        versionId: request.versionId,
        outcome: 'lease',
        lease: {
          secretId: request.secretId,
          versionId: request.versionId,
          generation: 1,
          value: Buffer.from(CANARY),
          bindings: expect.objectContaining({ origins: BINDINGS.origins }),
          notAfterMs: expect.any(Number),
          lifeMs: expect.any(Number),
        },
      },
    ])
    expect(results[0]?.lease?.lifeMs).toBeLessThanOrEqual(5 * 60_000)
  })

  it('gives a lease key together with a lease, and none without a lease', async () => {
    const request = await stored()
    const { leaseKey } = await lease(await grantFor(request), [request.versionId])
    expect(leaseKey).toEqual({
      dataKeyId: expect.stringMatching(/^key_/),
      dataKeyVersion: 1,
      hour: Math.floor(Date.now() / 3_600_000),
      key: expect.any(Buffer),
      sealsForMs: expect.any(Number),
    })
    expect(leaseKey?.key.equals(Buffer.alloc(32))).toBe(false)
    expect(await lease(await grantFor(request), [newId('version')])).toMatchObject({ leaseKey: null })
  })

  it('refuses a put by the proxy and a lease by management with FORBIDDEN', async () => {
    const request = aRequest()
    await expect(call(proxy, proxy.putSecret, request)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await put(request)
    const cnf = { 'x5t#S256': thumbprintOfPem(managementIssued.certPem) }
    const grant = await grantFor(request, { sub: idOf('management'), cnf })
    await expect(lease(grant, [request.versionId], management)).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })

  it('refuses a lease without a grant, with an expired one, or with one made out to another certificate', async () => {
    const request = await stored()
    const other = running.clientAs(await running.identities.issue('proxy'))
    const iat = Date.now() / 1_000 - 120
    const refused = { code: 'INVALID_GRANT' }
    await expect(lease('', [request.versionId])).rejects.toMatchObject(refused)
    await expect(lease(await grantFor(request), [request.versionId], other)).rejects.toMatchObject(refused)
    await expect(lease(await grantFor(request, { iat, exp: iat + 119 }), [request.versionId])).rejects.toMatchObject(
      refused,
    )
  })

  it.each<[string, Partial<PutSecretRequest>, string]>([
    ['an empty value', { value: Buffer.alloc(0) }, 'INVALID_REQUEST'],
    ['a value above 64 KiB', { value: Buffer.alloc(64 * 1024 + 1, 1) }, 'INVALID_REQUEST'],
    ['a line feed in the value', { value: Buffer.from('a\nb') }, 'INVALID_REQUEST'],
    ['no purpose', { purpose: 'PURPOSE_UNSPECIFIED' }, 'INVALID_REQUEST'],
    ['no bindings', { bindings: null }, 'INVALID_REQUEST'],
    [
      'a wildcard origin',
      { bindings: { ...bindingsToWire(BINDINGS), origins: ['https://*.example.com'] } },
      'INVALID_REQUEST',
    ],
    ['a placement of no kind', { bindings: { ...bindingsToWire(BINDINGS), placements: [{}] } }, 'INVALID_REQUEST'],
    ['no organization', { organizationId: '' }, 'INVALID_REQUEST'],
    ['a generation of 0', { generation: 0 }, 'INVALID_REQUEST'],
    ['a generation that is not the successor', { generation: 2 }, 'CONFLICT'],
    [
      'an internal service that is no SPIFFE id',
      { bindings: { ...bindingsToWire(BINDINGS), services: ['worker'] } },
      'INVALID_REQUEST',
    ],
  ])('refuses a put with %s', async (_what, given, code) => {
    const request = aRequest(given)
    await expect(put(request)).rejects.toMatchObject({ code })
    expect(await running.databases.tamper('versions').where({ secret_id: request.secretId })).toEqual([])
  })

  it('settles, describes and destroys versions, and shreds an organization', async () => {
    const request = await stored()
    const { organizationId, secretId, versionId } = request
    const never = newId('version')
    const ref = { organizationId, secretId }
    expect(await call(management, management.settleVersion, { ...ref, versionId })).toEqual({
      settlement: 'SETTLEMENT_STORED',
    })
    expect(await call(management, management.settleVersion, { ...ref, versionId: never })).toEqual({
      settlement: 'SETTLEMENT_CLOSED',
    })
    await call(management, management.destroyVersions, { ...ref, versionIds: [versionId] })
    const described = await call<DescribeVersionsRequest, DescribeVersionsResponse__Output>(
      management,
      management.describeVersions,
      { organizationId, secretIds: [secretId] },
    )
    const createdAtMs = expect.any(Number)
    expect(described.versions).toEqual([
      {
        secretId,
        versionId: never,
        generation: 0,
        purpose: 'PURPOSE_UNSPECIFIED',
        state: 'VERSION_STATE_CLOSED',
        createdAtMs,
      },
      {
        secretId,
        versionId,
        generation: 1,
        purpose: 'PURPOSE_INJECTION',
        state: 'VERSION_STATE_DESTROYED',
        createdAtMs,
      },
    ])
    expect(await lease(await grantFor(request), [versionId])).toMatchObject({
      results: [{ fault: 'SECRET_NOT_FOUND' }],
    })
    await call(management, management.shredOrganization, { organizationId })
    await expect(put(aRequest({ organizationId }))).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  it('lends management an operational secret, and refuses it a secret for injection', async () => {
    const injectable = await stored()
    const operational = await stored({ purpose: 'PURPOSE_OPERATIONAL', bindings: null, value: Buffer.from('whsec') })
    const leaseOf = ({ organizationId, secretId, versionId }: Sound) =>
      call(management, management.leaseOperational, { organizationId, secretId, versionId })
    expect(await leaseOf(operational)).toMatchObject({ lease: { value: Buffer.from('whsec'), generation: 1 } })
    await expect(leaseOf(injectable)).rejects.toMatchObject({ code: 'SECRET_NOT_FOUND' })
  })

  it('rotates a data key, seals and wraps anew and reports progress for management, and refuses the proxy', async () => {
    const request = await stored()
    const { organizationId } = request
    const rotate = (seenVersion: number) => call(management, management.rotateDataKey, { organizationId, seenVersion })
    const seals = { keyId: expect.stringMatching(/^key_/), version: 2 }
    expect(await rotate(0)).toEqual({ ...seals, made: true })
    expect(await rotate(1)).toEqual({ ...seals, made: false })
    await until(async () => {
      const { floor, remaining } = await call<ReencryptSecretsRequest, ReencryptSecretsResponse__Output>(
        management,
        management.reencryptSecrets,
        { organizationId },
      )
      return (floor === 2 && remaining === 0) || undefined
    })
    expect(await running.databases.tamper('versions').where({ version_id: request.versionId }).first()).toMatchObject({
      key_version: 2,
    })
    expect(await lease(await grantFor(request), [request.versionId])).toMatchObject({
      results: [{ outcome: 'lease' }],
      leaseKey: { dataKeyVersion: 2 },
    })
    const { masterKey } = running.service
    expect(await rewrap(true)).toMatchObject({ masterKey, rewrapped: expect.any(Number) })
    await until(async () => (await rewrap(false)).remaining === 0 || undefined)
    const refused = { code: 'FORBIDDEN' }
    await expect(call(proxy, proxy.rotateDataKey, { organizationId })).rejects.toMatchObject(refused)
    await expect(call(proxy, proxy.reencryptSecrets, { organizationId })).rejects.toMatchObject(refused)
    await expect(call(proxy, proxy.rewrapDataKeys, { begin: true })).rejects.toMatchObject(refused)
    await expect(call(proxy, proxy.signHead, {})).rejects.toMatchObject(refused)
    await expect(call(proxy, proxy.listChains, {})).rejects.toMatchObject(refused)
  })

  it('answers a rotation NOT_FOUND for an organization without data key, and CONFLICT for a shredded one', async () => {
    const { organizationId } = await stored()
    const shredded = await call(management, management.shredOrganization, { organizationId })
    expect(shredded).toEqual({ finalAtMs: expect.any(Number) })
    const rotate = (organization: string) =>
      call(management, management.rotateDataKey, { organizationId: organization })
    await expect(rotate(organizationId)).rejects.toMatchObject({ code: 'CONFLICT' })
    await expect(rotate(newId('organization'))).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('asks the key service once for a new organization, and not again for its leases', async () => {
    const before = running.vault.kmsCalls()
    const request = await stored()
    for (let count = 0; count < 5; count += 1) await lease(await grantFor(request), [request.versionId])
    expect(running.vault.kmsCalls()).toEqual({ ...before, generate: before.generate + 1 })
  })

  it('still lends and reports SERVING while the key service is away, and answers a put with UNAVAILABLE', async () => {
    const request = await stored()
    running.service.away = true
    try {
      expect(await healthStatus()).toBe('SERVING')
      expect(await lease(await grantFor(request), [request.versionId])).toMatchObject({
        results: [{ outcome: 'lease' }],
      })
      await expect(put(aRequest())).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    } finally {
      running.service.away = false
    }
  })

  it('answers UNAVAILABLE and reports NOT_SERVING while Postgres is away, and recovers by itself', async () => {
    const request = await stored()
    running.gate.shut()
    try {
      await until(async () => (await healthStatus()) === 'NOT_SERVING' || undefined, 10_000)
      await expect(put(aRequest())).rejects.toMatchObject({ code: 'UNAVAILABLE' })
      const leases = await Promise.allSettled(
        [1, 2, 3].map(async () => lease(await grantFor(request), [request.versionId])),
      )
      for (const outcome of leases) expect(outcome).toMatchObject({ reason: { code: 'UNAVAILABLE' } })
    } finally {
      running.gate.open()
    }
    await until(async () => (await healthStatus()) === 'SERVING' || undefined, 10_000)
    expect(await lease(await grantFor(request), [request.versionId])).toMatchObject({ results: [{ outcome: 'lease' }] })
  }, 30_000)

  it('wrote no value, grant or private key into its log during these tests', () => {
    const text = running.logged.text()
    expect(text).toContain('kms.call')
    for (const never of [
      CANARY,
      Buffer.from(CANARY).toString('base64'),
      'whsec',
      'eyJ',
      signer.pkcs8.toString('base64'),
    ]) {
      expect(text).not.toContain(never)
    }
  })
})

describe('a call to the vault is refused before its message is read', () => {
  it.each([
    ['where the caller may not make it', 'proxy', {}, 'FORBIDDEN'],
    ['where the message would have to be inflated', 'management', { 'grpc-encoding': 'gzip' }, 'INVALID_REQUEST'],
  ])('%s', async (_where, name, fields, code) => {
    const { certPem, keyPem } = await running.identities.issue(name)
    const answer = await grpcHeadersAlone({
      port: running.vault.port,
      tls: { cert: certPem, key: keyPem, ca: running.identities.authority.certPem },
      path: Vault.service.PutSecret.path,
      fields,
    })
    expect(answer).toMatchObject({ 'pma-fault': code })
  })
})

const MIB = 1024 * 1024

async function unfinishedLeases(name: string, calls: number, messageBytes: number) {
  const { certPem, keyPem } = await running.identities.issue(name)
  return beginUnfinished({
    port: running.vault.port,
    tls: { cert: certPem, key: keyPem, ca: running.identities.authority.certPem },
    path: Vault.service.LeaseSecrets.path,
    calls,
    messageBytes,
  })
}

describe('calls whose message never ends', () => {
  it('are refused beyond 8 MiB per internal service, end after five seconds, and do not keep others waiting', async () => {
    const { answers, close } = await unfinishedLeases('worker', 16, MIB)
    try {
      await until(() => answers.length >= 9 || undefined)
      const request = await stored()
      expect((await lease(await grantFor(request), [request.versionId])).results).toMatchObject([{ outcome: 'lease' }])
      await until(() => answers.length === 16 || undefined, 10_000)
      const codes = answers.map((answer) => answer['pma-fault'])
      // Bytes that were read together count for each call that has a part of them: less than half of the 16 MiB is
      // left.
      expect(codes.slice(0, 9)).toEqual(Array(9).fill('RATE_LIMITED'))
      expect(codes.slice(-2)).toEqual(Array(2).fill('INVALID_REQUEST'))
    } finally {
      close()
    }
    expect(running.logged.lines()).toContainEqual(
      expect.objectContaining({
        msg: 'call refused',
        method: Vault.service.LeaseSecrets.path,
        err: expect.objectContaining({ code: 'INVALID_REQUEST', message: 'a message that is not whole after 5000 ms' }),
      }),
    )
  }, 30_000)

  it('are refused beyond 1024 per internal service, even if no byte of a message was sent', async () => {
    const { answers, close } = await unfinishedLeases('worker', 1_030, 0)
    try {
      await until(() => answers.length === 6 || undefined)
      expect(answers.map((answer) => answer['pma-fault'])).toEqual(Array(6).fill('RATE_LIMITED'))
    } finally {
      close()
    }
  })

  it('are refused at once if they announce more than 1 MiB', async () => {
    const { answers, close } = await unfinishedLeases('worker', 1, MIB + 1)
    try {
      await until(() => answers.length === 1 || undefined)
      expect(answers).toMatchObject([{ 'grpc-status': '8' }])
    } finally {
      close()
    }
  })
})

const HealthClient = makeClientConstructor(healthService, 'grpc.health.v1.Health')

async function healthStatus(): Promise<string> {
  const shared = running.clientAs(managementIssued).getChannel()
  const client = new HealthClient('unused', undefined as never, { channelOverride: shared })
  const check = client.check as Parameters<typeof call<{ service: string }, { status: string }>>[1]
  const answer = await call(client, check, { service: 'protectmyapi.vault.v1.Vault' })
  return answer.status
}

describe('heads over the wire', () => {
  it('are signed and described for management, with only the public half of the key', async () => {
    const chain = 'audit/org_wire'
    const content = Buffer.alloc(32, 1)
    const head = headAfter({ chain, count: 1, previous: FIRST_HEAD, content })
    const signed = await call<SignHeadRequest, SignHeadResponse__Output>(management, management.signHead, {
      chain,
      head,
      count: 1,
      links: [content],
    })
    const described = await call<DescribeHeadRequest, DescribeHeadResponse__Output>(
      management,
      management.describeHead,
      { chain },
    )
    expect(described.last).toEqual({ ...signed, head, count: 1 })
    expect(described.installationId).toBe(running.databases.installationId)
    expect(described.keys.map((key) => Object.keys(key).sort())).toEqual([
      ['keyId', 'knownSinceMs', 'publicKey', 'untilMs'],
    ])
    const none = await call<DescribeHeadRequest, DescribeHeadResponse__Output>(management, management.describeHead, {
      chain: 'audit/org_none',
    })
    expect(none.last).toBeNull()
    await expect(call(proxy, proxy.describeHead, { chain })).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })
})
