import { Fault } from '@protectmyapi/service-kit/faults'
import { refuseDuplicate } from './unique-violation.js'

/**
 * What is said if another row has the slug, by table. The unique index over a table's slugs is called `<table>_slug`.
 */
const TAKEN = {
  apps: 'Another app of this organization has this slug.',
  services: 'Another API service of this organization has this slug.',
  organizations: 'Another organization has this slug, or had it before it was renamed.',
} as const

/** Runs work that writes a slug. @throws Fault CONFLICT, pointing at `/slug`, if it is taken. */
export function unlessSlugTaken<T>(table: keyof typeof TAKEN, work: () => Promise<T>): Promise<T> {
  return refuseDuplicate(`${table}_slug`, () => slugTaken(table), work)
}

/** CONFLICT, pointing at `/slug`. */
export function slugTaken(table: keyof typeof TAKEN): Fault {
  const detail = TAKEN[table]
  return new Fault('CONFLICT', 'slug taken', { say: detail, errors: [{ pointer: '/slug', detail }] })
}
