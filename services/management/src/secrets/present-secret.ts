import type { Bindings } from '@protectmyapi/service-kit/destinations/bindings'
import type { z } from 'zod'
import type { SecretRow, ServiceName, VersionRow } from './secret-rows.js'
import type { BindingsView, SecretView, VersionView } from './secret-schemas.js'

// The functions below list each field that is shown, so a new column stays private until it is added here.
export function presentSecret(row: SecretRow, usedBy: readonly ServiceName[]): z.input<typeof SecretView> {
  return {
    id: row.id,
    name: row.name,
    mask: row.mask,
    generation: row.generation,
    bindings: presentBindings(row.bindings),
    createdAt: row.createdAt.toISOString(),
    replacedAt: row.replacedAt?.toISOString() ?? null,
    expiresAt: row.expiresAt?.toISOString() ?? null,
    externalVersion: row.externalVersion,
    usedBy: usedBy.map(({ id, slug, name }) => ({ id, slug, name })),
  }
}

export function presentVersion(row: VersionRow): z.input<typeof VersionView> {
  return {
    id: row.id,
    generation: row.generation,
    state: row.state === 'active' || row.state === 'destroyed' ? row.state : 'superseded',
    mask: row.mask,
    bindings: presentBindings(row.bindings),
    createdAt: row.createdAt.toISOString(),
    createdBy: row.createdBy,
    supersededAt: row.supersededAt?.toISOString() ?? null,
    destroyedAt: row.destroyedAt?.toISOString() ?? null,
  }
}

function presentBindings({ origins, placements, services }: Bindings): z.input<typeof BindingsView> {
  return { origins: [...origins], placements: [...placements], services: [...services] }
}
