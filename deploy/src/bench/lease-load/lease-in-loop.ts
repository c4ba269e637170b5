import type { DirectoryClient } from '@protectmyapi/protos/generated/directory/v1/Directory'
import type { ResolveRouteRequest } from '@protectmyapi/protos/generated/directory/v1/ResolveRouteRequest'
import type { ResolveRouteResponse__Output } from '@protectmyapi/protos/generated/directory/v1/ResolveRouteResponse'
import type { LeaseSecretsRequest } from '@protectmyapi/protos/generated/vault/v1/LeaseSecretsRequest'
import type { LeaseSecretsResponse__Output } from '@protectmyapi/protos/generated/vault/v1/LeaseSecretsResponse'
import type { VaultClient } from '@protectmyapi/protos/generated/vault/v1/Vault'
import { callUnary } from '@protectmyapi/service-kit/grpc/grpc-client'
import type { LoadResult } from '../load/jobs.js'
import type { Asked, ColdJob, ColdResult, Granted, LeaseJob } from './lease-jobs.js'

const DEADLINE_MS = 10_000

/** @throws Fault of the Directory. */
export async function resolveGrant(directory: DirectoryClient, { credential, service }: Asked): Promise<Granted> {
  const { grant, secrets } = await callUnary<ResolveRouteRequest, ResolveRouteResponse__Output>(
    (request, options, answer) => directory.resolveRoute(request, options, answer),
    { credential, service },
    DEADLINE_MS,
  )
  return { grant, versionId: secrets[0]?.versionId ?? '' }
}

/** @throws Fault of the first call that fails, or if a secret was not leased. */
export async function leaseInLoop(vault: VaultClient, job: LeaseJob): Promise<LoadResult> {
  const { grants, atOnce, callsMax, msMax } = job
  const begun = performance.now()
  let sent = 0
  let answers = 0
  async function callAgain(): Promise<void> {
    while (sent < callsMax && performance.now() - begun < msMax) {
      const granted = inTurn(grants, sent)
      sent += 1
      await leaseOne(vault, granted)
      answers += 1
    }
  }
  await Promise.all(Array.from({ length: atOnce }, callAgain))
  return { answers, others: {}, ms: performance.now() - begun, delaysMs: [] }
}

/** @throws Fault of the first call that fails, or if a secret was not leased. */
export async function resolveAndLease(
  directory: DirectoryClient,
  vault: VaultClient,
  { asked, calls }: ColdJob,
): Promise<ColdResult> {
  const delaysMs: number[] = []
  for (let at = 0; at < calls; at += 1) {
    const begun = performance.now()
    await leaseOne(vault, await resolveGrant(directory, inTurn(asked, at)))
    delaysMs.push(performance.now() - begun)
  }
  return { delaysMs }
}

async function leaseOne(vault: VaultClient, { grant, versionId }: Granted): Promise<void> {
  const { results } = await callUnary<LeaseSecretsRequest, LeaseSecretsResponse__Output>(
    (request, options, answer) => vault.leaseSecrets(request, options, answer),
    { grant, versionIds: [versionId] },
    DEADLINE_MS,
  )
  if (!results[0]?.lease) throw new Error(`not leased: ${results[0]?.fault ?? 'nothing was answered'}`)
}

function inTurn<One>(all: readonly One[], at: number): One {
  const one = all[at % all.length]
  if (one === undefined) throw new Error('there is nothing to take in turn')
  return one
}
