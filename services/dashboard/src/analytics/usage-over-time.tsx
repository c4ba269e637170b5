import { Button, Group, Text, Title } from '@mantine/core'
import { useState } from 'react'
import type { Analytics } from '../api/types.js'
import { countWords, msWords } from '../kit/amounts.js'
import { RowTable } from '../kit/row-table.js'
import { OUTCOME_NAMES, OUTCOMES, outcomesOf } from './outcomes.js'
import { stepWords } from './step-words.js'
import { UsageChart } from './usage-chart.js'

const TABLE_HEIGHT = 360

/** Requests of each hour or day, drawn, or in figures. */
export function UsageOverTime({ analytics }: { readonly analytics: Analytics }) {
  const [isTable, setTable] = useState(false)
  const { step } = analytics
  return (
    <section aria-label="Requests over time">
      <Group justify="space-between" mb="sm">
        <Title order={3} size="h5">
          Requests of each {step === 'hour' ? 'hour' : 'day (UTC)'}
        </Title>
        <Button variant="default" size="compact-sm" onClick={() => setTable(!isTable)}>
          {isTable ? 'Show as chart' : 'Show as table'}
        </Button>
      </Group>
      {isTable ? <UsageFigures analytics={analytics} /> : <UsageChart analytics={analytics} />}
    </section>
  )
}

function UsageFigures({ analytics: { series, step } }: { readonly analytics: Analytics }) {
  const used = series.filter(({ requests }) => requests > 0).toReversed()
  return (
    <>
      <Text c="dimmed" size="sm">
        Newest first. Each {step} without requests is left out.
      </Text>
      <RowTable
        label={`Requests of each ${step}`}
        items={used}
        keyOf={({ at }) => at}
        maxHeight={TABLE_HEIGHT}
        columns={[
          {
            head: step === 'hour' ? 'Hour' : 'Day (UTC)',
            cell: ({ at }) => <span style={WHOLE}>{stepWords(at, step)}</span>,
          },
          { head: 'Requests', cell: ({ requests }) => countWords(requests), isNumber: true },
          ...OUTCOME_NAMES.map((outcome) => ({
            head: OUTCOMES[outcome],
            cell: (point: Analytics['series'][number]) => countWords(outcomesOf(point)[outcome]),
            isNumber: true,
          })),
          { head: 'p95', cell: ({ total }) => msWords(total.p95), isNumber: true },
        ]}
      />
    </>
  )
}

const WHOLE = { whiteSpace: 'nowrap' } as const
