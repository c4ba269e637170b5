import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { z } from 'zod'
import { presentSecret } from './present-secret.js'
import { activeOrAbsent, activeSecrets, type SecretRow, servicesUsing } from './secret-rows.js'
import type { SecretView } from './secret-schemas.js'

/** A secret in force as its read shows it. @throws Fault SECRET_NOT_FOUND. */
export async function showSecret(
  db: Knex,
  organizationId: string,
  secretId: string,
): Promise<z.input<typeof SecretView>> {
  const [row] = await activeSecrets(db, organizationId, { limit: 1, id: secretId })
  return showSecretRow(db, activeOrAbsent(row))
}

/** The same for a row that was already read or locked. */
export async function showSecretRow(db: Knex, secret: SecretRow): Promise<z.input<typeof SecretView>> {
  const used = await servicesUsing(db, secret.organizationId, [secret.id])
  return presentSecret(secret, used.get(secret.id) ?? [])
}
