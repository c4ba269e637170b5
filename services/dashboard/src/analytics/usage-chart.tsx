import { Group, Text } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import type { Analytics } from '../api/types.js'
import { countWords } from '../kit/amounts.js'
import { barsOf, labelledPoints, roundAbove } from './chart-geometry.js'
import { OUTCOME_NAMES, OUTCOMES, outcomesOf } from './outcomes.js'
import { stepWords } from './step-words.js'
import { fillOf, Textures } from './textures.js'

const HEIGHT = 220
/** Beside and below the bars, for numbers and times. */
const LEFT = 56
const BELOW = 24
const LABEL_WIDTH = 130

/** Bars of requests, one for each step, by how they ended. Drawn here: no package that draws charts is as small. */
export function UsageChart({ analytics: { series, step } }: { readonly analytics: Analytics }) {
  const { ref, width } = useElementSize()
  const highest = Math.max(0, ...series.map(({ requests }) => requests))
  const top = roundAbove(highest)
  const area = { width: Math.max(0, width - LEFT), height: HEIGHT }
  const bars = barsOf(series, area, top)
  return (
    <div ref={ref}>
      <svg
        width={width}
        height={HEIGHT + BELOW + 8}
        role="img"
        aria-label={`Bars: requests of each ${step}, at most ${countWords(highest)}. “Show as table” has the figures.`}
        fontSize={12}
        fill="currentColor"
      >
        <Textures />
        <g transform={`translate(${LEFT} 8)`}>
          {[0, top / 2, top].filter(Number.isInteger).map((count) => (
            <Level key={count} count={count} y={HEIGHT * (1 - count / top)} width={area.width} />
          ))}
          {labelledPoints(series, area.width, LABEL_WIDTH).map(({ at, x }) => (
            <text key={at} x={x} y={HEIGHT + 18}>
              {stepWords(at, step)}
            </text>
          ))}
          {series.map((point, index) => (
            <g key={point.at}>
              <title>{pointWords(point, step)}</title>
              {/* All of the step's column tells its figures, not only what is drawn of it. */}
              <rect x={bars[index]?.x} width={area.width / series.length} height={HEIGHT} fill="transparent" />
              {bars[index]?.parts.map(({ outcome, y, height }) => (
                <rect
                  key={outcome}
                  x={bars[index]?.x}
                  y={y}
                  width={bars[index]?.width}
                  height={height}
                  fill={fillOf(outcome)}
                />
              ))}
            </g>
          ))}
        </g>
      </svg>
      <Legend />
    </div>
  )
}

function Level({ count, y, width }: { readonly count: number; readonly y: number; readonly width: number }) {
  return (
    <>
      <line x2={width} y1={y} y2={y} stroke="var(--mantine-color-default-border)" />
      <text x={-8} y={y + 4} textAnchor="end">
        {COMPACT.format(count)}
      </text>
    </>
  )
}

const COMPACT = new Intl.NumberFormat('en', { notation: 'compact' })

function Legend() {
  return (
    <Group gap="md" pl={LEFT}>
      {OUTCOME_NAMES.map((outcome) => (
        <Group key={outcome} gap={6} wrap="nowrap">
          <svg width={14} height={14} aria-hidden="true">
            <rect width={14} height={14} fill={fillOf(outcome)} />
          </svg>
          <Text size="xs">{OUTCOMES[outcome]}</Text>
        </Group>
      ))}
    </Group>
  )
}

function pointWords(point: Analytics['series'][number], step: Analytics['step']): string {
  const outcomes = outcomesOf(point)
  const occurred = OUTCOME_NAMES.filter((outcome) => outcomes[outcome] > 0)
  const ended = occurred.map((outcome) => `${OUTCOMES[outcome]}: ${countWords(outcomes[outcome])}`)
  return [`${stepWords(point.at, step)}: ${countWords(point.requests)} requests`, ...ended].join('\n')
}
