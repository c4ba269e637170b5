import { Button } from '@mantine/core'

/** Opens the drawer with the whole entry. */
export function DetailsButton({ of, onClick }: { readonly of: string; readonly onClick: () => void }) {
  return (
    <Button variant="subtle" size="compact-sm" aria-label={`Open details of ${of}`} onClick={onClick}>
      Open
    </Button>
  )
}
