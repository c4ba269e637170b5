import { Badge, Text } from '@mantine/core'
import type { AccessEntry } from '../api/types.js'
import { endingOf } from './ending-words.js'

const COLORS = { good: 'green', doubtful: 'yellow', bad: 'red' } as const

export function EndingBadge({ entry }: { readonly entry: AccessEntry }) {
  const { result, notes, tone } = endingOf(entry)
  return (
    <>
      <Badge color={COLORS[tone]} variant="light" tt="none" miw="max-content">
        {result}
      </Badge>
      {notes.map((note) => (
        <Text key={note} size="xs" c="dimmed">
          {note}
        </Text>
      ))}
    </>
  )
}
