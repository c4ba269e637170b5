import { INSTALLATION_ORGANIZATION } from '@protectmyapi/service-kit/ids'
import type { Logger } from '@protectmyapi/service-kit/log'
import { connectPostgres, type Knex } from '@protectmyapi/service-kit/postgres'
import { spiffeId } from '@protectmyapi/service-kit/spiffe'
import { watchMaterial } from '@protectmyapi/service-kit/tls-material'
import { accessLogSource, auditSource, type ChainSource } from './chain/chain-source.js'
import type { Verdict } from './chain/verdict.js'
import { type VerifyDeps, verifyChain } from './chain/verify-chain.js'
import type { ManagementConfig } from './config.js'
import { createGrpcVault } from './vault/grpc-vault-client.js'

const LIMITS = {
  /** Organisations read at once. */
  pageRows: 500,
} as const

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

/** Those of the installation, and of every organisation that there is or that has a chain. */
export async function* verifyAll(deps: VerifyDeps, keptDays: number): AsyncGenerator<Verdict, void, undefined> {
  const { db } = deps
  for await (const organizationId of organizationsOf(db)) {
    const isInstallation = organizationId === INSTALLATION_ORGANIZATION
    const sources: ChainSource[] = [
      auditSource(db, isInstallation ? null : organizationId),
      ...(isInstallation ? [] : [accessLogSource(db, organizationId, keptDays)]),
    ]
    for (const source of sources)
      for await (const line of verifyChain(deps, source)) if (line.type === 'verdict') yield line
  }
}

async function* organizationsOf(db: Knex): AsyncGenerator<string, void, undefined> {
  for (let after = ''; ; ) {
    const { rows } = await db.raw<{ rows: { id: string }[] }>(
      `SELECT id FROM (
         SELECT id FROM organizations UNION SELECT split_part(chain, '/', 2) FROM chain_heads UNION SELECT ?
       ) AS known WHERE id > ? ORDER BY id LIMIT ?`,
      [INSTALLATION_ORGANIZATION, after, LIMITS.pageRows],
    )
    for (const { id } of rows) yield id
    const last = rows.at(-1)
    if (rows.length < LIMITS.pageRows || !last) return
    after = last.id
  }
}
