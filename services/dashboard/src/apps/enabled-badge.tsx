import { Badge } from '@mantine/core'

export function EnabledBadge({ enabled }: { readonly enabled: boolean }) {
  return (
    <Badge miw="max-content" variant="light" color={enabled ? 'green' : 'gray'}>
      {enabled ? 'enabled' : 'disabled'}
    </Badge>
  )
}
