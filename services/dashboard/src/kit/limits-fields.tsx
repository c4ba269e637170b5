import { Select } from '@mantine/core'
import type { ReactNode } from 'react'
import type { App } from '../api/types.js'
import { BoundsFields } from './bounds-fields.js'
import { CountInput } from './count-input.js'

export type Limit = App['limits'][number]

const SCOPES = { device: 'Each device', app: 'Each app', service: 'The service', organization: 'The organization' }
const PERIODS = { '1': 'second', '60': 'minute', '3600': 'hour' } as const

interface LimitsFieldsProps {
  readonly value: readonly Limit[]
  /** Whose requests may be counted here. */
  readonly scopes: readonly Limit['scope'][]
  readonly error: ReactNode
  readonly onChange: (limits: Limit[]) => void
}

/** Rate limits: so many requests in a period, and so many at once. */
export function LimitsFields(props: LimitsFieldsProps) {
  return (
    <BoundsFields
      {...props}
      legend="Rate limits"
      what="limit"
      none="None: a single phone may use up the provider’s quota."
      labels={SCOPES}
      begin={(scope): Limit => ({ scope, count: 60, periodSeconds: 60, burst: 10 })}
      rest={(limit, set) => (
        <>
          <Select
            label="in a"
            w={120}
            allowDeselect={false}
            data={periodsWith(limit.periodSeconds)}
            value={String(limit.periodSeconds)}
            onChange={(seconds) => set({ periodSeconds: Number(seconds) })}
          />
          <CountInput label="At once" w={110} value={limit.burst} onChange={(burst) => set({ burst })} />
        </>
      )}
    />
  )
}

/** The usual periods, and the present one, which automation may have set to any number of seconds. */
function periodsWith(seconds: number): { value: string; label: string }[] {
  const usual = Object.entries(PERIODS).map(([value, label]) => ({ value, label }))
  const present = String(seconds)
  return Object.hasOwn(PERIODS, present) ? usual : [...usual, { value: present, label: `${seconds} seconds` }]
}

/** `60 per minute (each device)`, for tables. */
export function limitWords({ scope, count, periodSeconds }: Limit): string {
  const period = periodsWith(periodSeconds).find(({ value }) => value === String(periodSeconds))?.label
  return `${count} per ${period} (${SCOPES[scope].toLowerCase()})`
}
