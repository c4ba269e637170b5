import { Moment } from './fields.js'

/** Filters of what is listed by time: from `since` on, before `until`. */
export const TIME_RANGE = {
  since: Moment.optional().meta({ description: 'From this moment on.' }),
  until: Moment.optional().meta({ description: 'Before this moment.' }),
} as const

export interface TimeRange {
  readonly since?: Date | undefined
  readonly until?: Date | undefined
}
