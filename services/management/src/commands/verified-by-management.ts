import { Directory } from '@protectmyapi/protos/directory'
import type { VerifyChainsRequest } from '@protectmyapi/protos/generated/directory/v1/VerifyChainsRequest'
import type { VerifyChainsResponse__Output } from '@protectmyapi/protos/generated/directory/v1/VerifyChainsResponse'
import { Fault } from '@protectmyapi/service-kit/faults'
import { callUnary, createReloadingClient } from '@protectmyapi/service-kit/grpc/grpc-client'
import { spiffeId } from '@protectmyapi/service-kit/grpc/spiffe'
import { watchMaterial } from '@protectmyapi/service-kit/grpc/tls-material'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { ManagementConfig } from '../config.js'
import type { Progress, Verdict } from '../verify/verdict.js'
import { VerifyLine } from '../verify/verify-line.js'

/** A page of links with ten thousand entries each takes minutes. */
const ANSWER_MS = 10 * 60_000

const EVERY_ADDRESS: readonly string[] = ['0.0.0.0', '::']

/**
 * Every chain, verified by the management that serves here with this configuration.
 *
 * @throws Error that says what to do if no management serves, the vault is away, too many verifications are under way,
 * or this one ended meanwhile.
 */
export async function* verifiedByManagement(
  {
    tls,
    trustDomain,
    namespace,
    directory: { host, port },
  }: Pick<ManagementConfig, 'tls' | 'trustDomain' | 'namespace' | 'directory'>,
  log: Logger,
): AsyncGenerator<Progress | Verdict, void, undefined> {
  const address = `${EVERY_ADDRESS.includes(host) ? 'localhost' : host}:${port}`
  const material = await watchMaterial(tls, log)
  const serverId = spiffeId(trustDomain, namespace, 'management')
  const client = createReloadingClient(Directory, { address, serverId }, material)
  const ask = (verification: string): Promise<VerifyChainsResponse__Output> =>
    callUnary<VerifyChainsRequest, VerifyChainsResponse__Output>(
      (request, options, answer) => client.current().verifyChains(request, options, answer),
      { verification },
      ANSWER_MS,
    )
  try {
    let verification = ''
    do {
      const answer = await ask(verification).catch((err: unknown) => {
        throw told(err, address)
      })
      for (const line of answer.lines) yield VerifyLine.parse(JSON.parse(line))
      verification = answer.verification
    } while (verification !== '')
  } finally {
    client.close()
    material.stop()
  }
}

function told(err: unknown, address: string): unknown {
  if (!(err instanceof Fault)) return err
  if (err.code !== 'UNAVAILABLE') return new Error(`${err.message}: ${err.say}`, { cause: err })
  const hint = `management was asked on ${address}. Run verify where management serves; if none does, use verify --alone`
  return new Error(`${err.message}; ${hint}`, { cause: err })
}
