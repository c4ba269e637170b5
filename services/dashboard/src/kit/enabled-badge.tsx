import { Badge } from '@mantine/core'

/** Whether an app or an API service is enabled. */
export function EnabledBadge({ enabled }: { readonly enabled: boolean }) {
  return (
    <Badge component="span" miw="max-content" variant="light" color={enabled ? 'green' : 'gray'}>
      {enabled ? 'enabled' : 'disabled'}
    </Badge>
  )
}
