import { SimpleGrid, Text } from '@mantine/core'
import type { Usage } from '../api/types.js'
import { bytesWords, countWords, msWords, shareWords } from '../kit/amounts.js'
import { Fact } from '../kit/fact.js'
import { OUTCOME_NAMES, OUTCOMES, outcomesOf } from './outcomes.js'

/** Of the whole range. */
export function UsageTotals({ totals }: { readonly totals: Usage }) {
  const { requests, unattested, requestBytes, responseBytes, total, upstream } = totals
  const outcomes = outcomesOf(totals)
  return (
    <div>
      <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }} spacing="md">
        <Figure name="Requests" value={countWords(requests)} />
        {OUTCOME_NAMES.map((outcome) => (
          <Figure
            key={outcome}
            name={OUTCOMES[outcome]}
            value={countWords(outcomes[outcome])}
            notes={[shareWords(outcomes[outcome], requests)]}
          />
        ))}
        <Figure name="Unattested" value={countWords(unattested)} notes={[shareWords(unattested, requests)]} />
        <Figure name="Sent to providers" value={bytesWords(requestBytes)} />
        <Figure name="Answered" value={bytesWords(responseBytes)} />
        <Times name="Duration" times={total} />
        <Times name="Until the provider answered" times={upstream} />
      </SimpleGrid>
      <Text size="sm" c="dimmed" mt="sm" maw={640}>
        Times are rounded up, by half at most. What was refused before it was admitted is in no figure: a wrong
        credential, a limit, a quota.
      </Text>
    </div>
  )
}

interface FigureProps {
  readonly name: string
  readonly value: string
  readonly notes?: readonly string[]
}

function Figure({ name, value, notes = [] }: FigureProps) {
  return (
    <Fact name={name}>
      <Text fw={600} size="lg" style={{ fontVariantNumeric: 'tabular-nums' }}>
        {value}
      </Text>
      {notes.map((note) => (
        <Text key={note} size="xs" c="dimmed">
          {note}
        </Text>
      ))}
    </Fact>
  )
}

/** The median, and what 95 and 99 of 100 requests were faster than. */
function Times({ name, times: { p50, p95, p99 } }: { readonly name: string; readonly times: Usage['total'] }) {
  return <Figure name={name} value={`p50 ${msWords(p50)}`} notes={[`p95 ${msWords(p95)}`, `p99 ${msWords(p99)}`]} />
}
