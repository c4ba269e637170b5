import { Badge } from '@mantine/core'
import { type Standing, standingOf } from '../kit/standing.js'

const COLORS = { 'in force': 'green', expired: 'gray', revoked: 'red' } as const satisfies Record<Standing, string>

export function StandingBadge({ of }: { readonly of: Parameters<typeof standingOf>[0] }) {
  const standing = standingOf(of, new Date())
  return (
    <Badge miw="max-content" variant="light" color={COLORS[standing]}>
      {standing}
    </Badge>
  )
}
