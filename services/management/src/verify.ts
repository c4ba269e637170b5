import type { Logger } from '@protectmyapi/service-kit/log'
import { connectPostgres } from '@protectmyapi/service-kit/postgres'
import { spiffeId } from '@protectmyapi/service-kit/spiffe'
import { watchMaterial } from '@protectmyapi/service-kit/tls-material'
import { everyChain } from './chain/every-chain.js'
import { unknownChain, type Verdict } from './chain/verdict.js'
import { type VerifyDeps, verifyChain } from './chain/verify-chain.js'
import type { ManagementConfig } from './config.js'
import { createGrpcVault } from './vault/grpc-vault-client.js'
import type { HeadWitness } from './vault/head-witness.js'

/** The `verify` command: every chain of the installation, one verdict in each line. Answers whether all are in order. */
export async function runVerify(
  config: ManagementConfig,
  { log, write }: { readonly log: Logger; readonly write: (line: string) => void },
): Promise<boolean> {
  const material = await watchMaterial(config.tls, log)
  const db = connectPostgres(config.db, 'protectmyapi-management-verify')
  const serverId = spiffeId(config.trustDomain, config.namespace, 'vault')
  const { vault, close } = createGrpcVault({ address: config.vaultAddress, serverId, material })
  try {
    let isInOrder = true
    for await (const verdict of verifyAll({ db, vault }, config.accessLogDays)) {
      write(`${JSON.stringify(verdict)}\n`)
      isInOrder &&= verdict.ok
    }
    return isInOrder
  } finally {
    close()
    material.stop()
    await db.destroy()
  }
}

/** Those of the installation, and of every organization that anything names. */
export async function* verifyAll(
  deps: Pick<VerifyDeps, 'db'> & { readonly vault: Pick<HeadWitness, 'describeHead' | 'listChains'> },
  keptDays: number,
): AsyncGenerator<Verdict, void, undefined> {
  for await (const chain of everyChain(deps, keptDays)) {
    if ('unknown' in chain) yield unknownChain(chain.unknown)
    else for await (const line of verifyChain(deps, chain)) if (line.type === 'verdict') yield line
  }
}
