const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })
const SHORT = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })

interface MomentProps {
  /** ISO 8601, as the API sends it. */
  readonly at: string | null
  /** In place of a moment that is null. */
  readonly never?: string
}

/** A moment, in the person's time zone. */
export function Moment({ at, never = '–' }: MomentProps) {
  if (at === null) return <>{never}</>
  return (
    <time dateTime={at} title={fullMoment(at)}>
      {SHORT.format(new Date(at))}
    </time>
  )
}

/** To the second. */
export function fullMoment(at: string): string {
  return FULL.format(new Date(at))
}
