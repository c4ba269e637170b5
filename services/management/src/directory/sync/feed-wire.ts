import type { FeedRow as WireRow } from '@protectmyapi/protos/generated/directory/v1/FeedRow'
import type { Label } from '@protectmyapi/protos/generated/directory/v1/Label'
import type { FeedEntry, FeedKind, FeedRow } from '../../feed/feed-entry.js'

const KINDS = {
  secret: 'FEED_KIND_SECRET',
  service: 'FEED_KIND_SERVICE',
  link: 'FEED_KIND_LINK',
  app: 'FEED_KIND_APP',
  device: 'FEED_KIND_DEVICE',
  session: 'FEED_KIND_SESSION',
  organization: 'FEED_KIND_ORGANIZATION',
  'signing-key': 'FEED_KIND_SIGNING_KEY',
  'lease-keys': 'FEED_KIND_LEASE_KEYS',
} as const satisfies Record<FeedKind, string>

export function feedRowToWire({ number, kind, id, generation }: FeedRow): WireRow {
  return { number, kind: KINDS[kind], id, generation }
}

export function labelToWire({ kind, id, generation }: FeedEntry): Label {
  return { kind: KINDS[kind], id, generation }
}
