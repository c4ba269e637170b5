import { Badge } from '@mantine/core'
import type { AccessEntry } from '../api/types.js'
import { endingOf } from './ending-words.js'

const COLORS = { good: 'green', doubtful: 'yellow', bad: 'red' } as const

export function EndingBadge({ entry }: { readonly entry: AccessEntry }) {
  const { words, tone } = endingOf(entry)
  return (
    <Badge color={COLORS[tone]} variant="light" tt="none" h="auto" style={{ whiteSpace: 'normal' }}>
      {words}
    </Badge>
  )
}
