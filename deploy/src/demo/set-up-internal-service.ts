import { randomBytes } from 'node:crypto'
import { spiffeId } from '@protectmyapi/service-kit/grpc/spiffe'
import { z } from 'zod'
import { INTERNAL_DEMO, NAMESPACE, TRUST_DOMAIN } from '../system/identities.js'
import type { RunningSystem } from '../system/start-system.js'
import type { ManagementApi } from './management-api.js'

const Secrets = z.object({ items: z.array(z.object({ name: z.string() })) })

export const INTERNAL_SECRET = 'INTERNAL_DEMO_KEY'

/** Registers the demo's internal service, as an operator does, and binds a secret to it. Existing things are kept. */
export async function setUpInternalService(
  { runManagement }: Pick<RunningSystem, 'runManagement'>,
  api: ManagementApi,
  organization: string,
): Promise<void> {
  const identity = spiffeId(TRUST_DOMAIN, NAMESPACE, INTERNAL_DEMO)
  await runManagement(['register-internal-service', organization, INTERNAL_DEMO, identity])
  const secrets = `/orgs/${organization}/secrets`
  const { items } = Secrets.parse(await api.get(secrets))
  if (items.some(({ name }) => name === INTERNAL_SECRET)) return
  const value = `sk-demo-${randomBytes(24).toString('base64url')}`
  const bindings = { origins: [], placements: [], services: [identity] }
  await api.post(secrets, { name: INTERNAL_SECRET, value, bindings })
}
