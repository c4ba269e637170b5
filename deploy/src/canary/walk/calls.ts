import { Directory } from '@protectmyapi/protos/directory'
import type { ExchangeDebugTokenRequest } from '@protectmyapi/protos/generated/directory/v1/ExchangeDebugTokenRequest'
import type { ResolveRouteRequest } from '@protectmyapi/protos/generated/directory/v1/ResolveRouteRequest'
import type { DescribeVersionsRequest } from '@protectmyapi/protos/generated/vault/v1/DescribeVersionsRequest'
import type { LeaseSecretsRequest } from '@protectmyapi/protos/generated/vault/v1/LeaseSecretsRequest'
import type { PutSecretRequest } from '@protectmyapi/protos/generated/vault/v1/PutSecretRequest'
import { Vault } from '@protectmyapi/protos/vault'
import { callUnary, createReloadingClient } from '@protectmyapi/service-kit/grpc/grpc-client'
import { spiffeId } from '@protectmyapi/service-kit/grpc/spiffe'
import { watchMaterial } from '@protectmyapi/service-kit/grpc/tls-material'
import { createLogger } from '@protectmyapi/service-kit/program/log'
import { type Identity, NAMESPACE, TRUST_DOMAIN } from '../../system/identities.js'
import type { RunningSystem } from '../../system/start-system.js'
import type { Collected } from '../places/collected.js'
import type { Wanted } from '../search/searcher.js'
import { misplaced } from './misplaced.js'

const DEADLINE_MS = 10_000

/** Calls between services with wrong contents: each value in each field that takes text. The answers are kept. */
export async function walkCalls(system: RunningSystem, values: readonly Wanted[], answers: Collected): Promise<void> {
  const { identities, config } = system
  const connect = async (identity: Identity) => {
    const files = { certFile: identity.cert, keyFile: identity.key, caFile: identities.ca }
    const material = await watchMaterial(files, createLogger('canary', 'silent'))
    const to = (account: string, port: number) => ({
      address: `127.0.0.1:${port}`,
      serverId: spiffeId(TRUST_DOMAIN, NAMESPACE, account),
    })
    return {
      vault: createReloadingClient(Vault, to('vault', config.ports.vault), material),
      directory: createReloadingClient(Directory, to('management', config.ports.directory), material),
    }
  }
  const [first] = identities.proxies
  if (first === undefined) throw new Error('there is no proxy')
  const proxy = await connect(first)
  const management = await connect(identities.management)
  const keep = async (call: Promise<unknown>): Promise<void> => {
    const answer = await call.catch((cause: unknown) =>
      cause instanceof Error ? `${cause.name} ${cause.message}` : '',
    )
    answers.add(Buffer.from(typeof answer === 'string' ? answer : JSON.stringify(answer)))
  }
  for (const value of values.map((one) => misplaced(one.value))) {
    const put: PutSecretRequest = {
      ...{ organizationId: value, secretId: value, versionId: value, generation: 1, purpose: 'PURPOSE_INJECTION' },
      ...{ value: Buffer.from(value), bindings: { origins: [value] } },
    }
    for (const { vault, directory } of [proxy, management]) {
      await keep(
        callUnary<PutSecretRequest, unknown>((...call) => vault.current().putSecret(...call), put, DEADLINE_MS),
      )
      await keep(
        callUnary<LeaseSecretsRequest, unknown>(
          (...call) => vault.current().leaseSecrets(...call),
          { grant: value, versionIds: [value] },
          DEADLINE_MS,
        ),
      )
      await keep(
        callUnary<DescribeVersionsRequest, unknown>(
          (...call) => vault.current().describeVersions(...call),
          { organizationId: value, secretIds: [value] },
          DEADLINE_MS,
        ),
      )
      await keep(
        callUnary<ResolveRouteRequest, unknown>(
          (...call) => directory.current().resolveRoute(...call),
          { credential: value, service: value },
          DEADLINE_MS,
        ),
      )
      await keep(
        callUnary<ExchangeDebugTokenRequest, unknown>(
          (...call) => directory.current().exchangeDebugToken(...call),
          { debugToken: value, sourceAddress: value },
          DEADLINE_MS,
        ),
      )
    }
  }
  for (const { vault, directory } of [proxy, management]) {
    vault.close()
    directory.close()
  }
}
