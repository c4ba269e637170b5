import type { z } from 'zod'
import type { LinkView } from './app-schemas.js'

export interface LinkRecord {
  readonly id: string
  readonly created_at: Date
  readonly service_id: string
  readonly slug: string
  readonly name: string
  readonly enabled: boolean
}

export function presentLink({ id, created_at, service_id, slug, name, enabled }: LinkRecord): z.input<typeof LinkView> {
  return { id, service: { id: service_id, slug, name, enabled }, createdAt: created_at.toISOString() }
}
