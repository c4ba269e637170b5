import type { Analytics } from '../api/types.js'
import { isSpanName, type SpanName } from './spans.js'

/** What requests are listed by. */
export const GROUPINGS = {
  service: 'API service',
  app: 'App',
  secret: 'Secret',
  platform: 'Platform',
  version: 'App version',
} as const satisfies Record<Analytics['by'], string>

export type Grouping = keyof typeof GROUPINGS

/** What the address of the page may say: names and ids, never a value. */
export interface AnalyticsSearch {
  /** Absent: seven days. */
  readonly span?: SpanName
  /** Absent: by API service. */
  readonly by?: Grouping
  /** Only requests to this API service, and of this app: ids or slugs. */
  readonly service?: string
  readonly app?: string
}

export const USUAL = { span: '7d', by: 'service' } as const

/** Anything else counts as absent. What is usual is left out, so that one page has one address. */
export function analyticsSearch({
  span,
  by,
  service,
  app,
}: Readonly<Partial<Record<keyof AnalyticsSearch, unknown>>>): AnalyticsSearch {
  return {
    ...(isSpanName(span) && span !== USUAL.span ? { span } : {}),
    ...(isGrouping(by) && by !== USUAL.by ? { by } : {}),
    ...(isNamed(service) ? { service } : {}),
    ...(isNamed(app) ? { app } : {}),
  }
}

export const isGrouping = (text: unknown): text is Grouping =>
  typeof text === 'string' && Object.hasOwn(GROUPINGS, text)

/** Ids and slugs, as long as the API takes them. */
const isNamed = (text: unknown): text is string => typeof text === 'string' && /^[\w-]{1,64}$/.test(text)
