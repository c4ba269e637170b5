import { Button } from '@mantine/core'

interface RevokeButtonProps {
  /** Such as "the session ses_…", for screen readers. */
  readonly what: string
  readonly onClick: () => void
}

/** In a table's row. */
export function RevokeButton({ what, onClick }: RevokeButtonProps) {
  return (
    <Button variant="subtle" color="red" size="compact-sm" aria-label={`Revoke ${what}`} onClick={onClick}>
      Revoke
    </Button>
  )
}
