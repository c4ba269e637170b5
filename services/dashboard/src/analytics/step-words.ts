import type { Analytics } from '../api/types.js'

type Step = Analytics['step']

const HOUR = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })
/** A day of the API is one of UTC, wherever the person is. */
const DAY = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })

/** The beginning of a step: an hour in the person's time zone, a day in UTC. */
export const stepWords = (at: string, step: Step): string => (step === 'hour' ? HOUR : DAY).format(new Date(at))
