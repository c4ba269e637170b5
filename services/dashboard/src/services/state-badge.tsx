import { Badge } from '@mantine/core'

export function StateBadge({ enabled }: { readonly enabled: boolean }) {
  return (
    <Badge component="span" color={enabled ? 'green' : 'gray'} variant="light">
      {enabled ? 'Enabled' : 'Disabled'}
    </Badge>
  )
}
