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
  const date = new Date(at)
  return (
    <time dateTime={at} title={FULL.format(date)}>
      {SHORT.format(date)}
    </time>
  )
}
