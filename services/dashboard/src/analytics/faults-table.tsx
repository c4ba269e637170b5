import { Code, Text, Title } from '@mantine/core'
import { faultWords } from '../activity/fault-words.js'
import type { Analytics } from '../api/types.js'
import { countWords, shareWords } from '../kit/amounts.js'
import { RowTable } from '../kit/row-table.js'

/** Why requests were refused or failed, the most frequent first. */
export function FaultsTable({ analytics: { faults, totals } }: { readonly analytics: Analytics }) {
  if (faults.length === 0) return null
  return (
    <section aria-label="Refusals and failures">
      <Title order={3} size="h5" mb="xs">
        Refusals and failures
      </Title>
      <RowTable
        label="Refusals and failures"
        items={faults}
        keyOf={({ code }) => code}
        columns={[
          { head: 'Code', cell: ({ code }) => <Code>{code}</Code> },
          {
            head: 'What happened, and what to do',
            cell: ({ code }) => (
              <Text size="sm" miw={260}>
                {faultWords(code) ?? 'See the requests with this code in the access log.'}
              </Text>
            ),
          },
          { head: 'Requests', cell: ({ count }) => countWords(count), isNumber: true },
          { head: 'Share of all', cell: ({ count }) => shareWords(count, totals.requests), isNumber: true },
        ]}
      />
    </section>
  )
}
