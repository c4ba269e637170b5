import type { Migration } from '@protectmyapi/service-kit/postgres/migrate'

/** Whether a service's provider is told which trace its requests belong to. */
export const forwardTraceContext: Migration = {
  name: '0018-forward-trace-context',
  async up(db) {
    await db.raw('ALTER TABLE services ADD COLUMN forward_trace_context boolean NOT NULL DEFAULT false')
  },
}
