import { Text } from '@mantine/core'
import type { Bindings } from '../api/types.js'
import { placementWords } from './placement-words.js'

/** Where a value may go, in words. */
export function BindingsText({ bindings }: { readonly bindings: Bindings }) {
  return (
    <>
      {[...bindings.origins, ...bindings.services].map((destination) => (
        <Text key={destination} size="sm">
          {destination}
        </Text>
      ))}
      <Text size="xs" c="dimmed">
        {bindings.placements.map(placementWords).join(', ')}
      </Text>
    </>
  )
}
