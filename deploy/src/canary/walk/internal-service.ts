import { spiffeId } from '@protectmyapi/service-kit/grpc/spiffe'
import { createVaultClient, type VaultClient } from '@protectmyapi/vault-client'
import { z } from 'zod'
import { INTERNAL_DEMO, NAMESPACE, TRUST_DOMAIN } from '../../system/identities.js'
import type { RunningSystem } from '../../system/start-system.js'
import type { Collected } from '../places/collected.js'
import { misplaced } from './misplaced.js'
import type { Stage } from './stage.js'

const Anything = z.unknown()

/**
 * The calls of an internal service: it leases each value that is bound to it, and asks for names that it cannot lease,
 * among them values in place of names. The refusals are kept.
 *
 * @throws Error where a leased value differs from the one stored.
 */
export async function walkInternalService(system: RunningSystem, stage: Stage, answers: Collected): Promise<void> {
  const { identities, config } = system
  const identity = spiffeId(TRUST_DOMAIN, NAMESPACE, INTERNAL_DEMO)
  const [, , organizationId = ''] = stage.org.split('/')
  await system.runManagement(['register-internal-service', organizationId, INTERNAL_DEMO, identity])
  const { cert: certFile, key: keyFile } = identities.internalDemo
  const client = await createVaultClient({
    directory: `127.0.0.1:${config.ports.directory}`,
    vault: `127.0.0.1:${config.ports.vault}`,
    tls: { certFile, keyFile, caFile: identities.ca },
  })
  try {
    for (const { name, value, secretName } of stage.planted) {
      const bindings = { origins: [], placements: [], services: [identity] }
      const leased = `${secretName}_LEASED`
      await stage.management.make(Anything, 'POST', `${stage.org}/secrets`, { name: leased, value, bindings })
      if ((await client.secret(leased)).reveal() !== value) throw new Error(`${name} was leased as something else`)
      // A secret that is bound to a provider only, and a text that is not a name.
      for (const wrong of [secretName, misplaced(value)]) answers.add(Buffer.from(await refusalOf(client, wrong)))
    }
    await system.runManagement(['revoke-internal-service', identity])
  } finally {
    client.close()
  }
}

function refusalOf(client: VaultClient, name: string): Promise<string> {
  return client.secret(name).then(
    () => '',
    (thrown: unknown) =>
      thrown instanceof Error ? `${thrown.name} ${thrown.message} ${thrown.stack}` : String(thrown),
  )
}
