import { Moment } from './fields.js'

/** Query filters of lists ordered by time. `since` is inclusive, `until` exclusive. */
export const TIME_RANGE = {
  since: Moment.optional().meta({ description: 'From this moment on.' }),
  until: Moment.optional().meta({ description: 'Before this moment.' }),
} as const

export interface TimeRange {
  readonly since?: Date | undefined
  readonly until?: Date | undefined
}
