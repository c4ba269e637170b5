import { Select } from '@mantine/core'
import type { ReactNode } from 'react'
import type { App } from '../api/types.js'
import { BoundsFields } from './bounds-fields.js'

export type Quota = App['quotas'][number]

const SCOPES = { device: 'Each device', app: 'The app', organization: 'The organization' }
const PERIODS = { day: 'UTC day', month: 'UTC month' }

interface QuotasFieldsProps {
  readonly value: readonly Quota[]
  /** Whose requests may be counted here. */
  readonly scopes: readonly Quota['scope'][]
  readonly error: ReactNode
  readonly onChange: (quotas: Quota[]) => void
}

/** Quotas: so many requests in a day or month. */
export function QuotasFields(props: QuotasFieldsProps) {
  return (
    <BoundsFields
      {...props}
      legend="Quotas"
      what="quota"
      none="None."
      labels={SCOPES}
      begin={(scope): Quota => ({ scope, period: 'day', count: 10_000 })}
      rest={(quota, set) => (
        <Select
          label="in a"
          w={140}
          allowDeselect={false}
          data={Object.entries(PERIODS).map(([period, label]) => ({ value: period, label }))}
          value={quota.period}
          onChange={(period) => set({ period: period === 'day' ? 'day' : 'month' })}
        />
      )}
    />
  )
}
