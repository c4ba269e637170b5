const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' })
const TIME = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' })

/** A moment of the API, in the person's time zone. In a record, seconds tell what came first. */
export function LogTime({ at }: { readonly at: string }) {
  const date = new Date(at)
  return (
    <time dateTime={at} title={at}>
      <span style={WHOLE}>{DAY.format(date)}</span> <span style={WHOLE}>{TIME.format(date)}</span>
    </time>
  )
}

/** In a crowded table a line may end between day and time only. */
const WHOLE = { whiteSpace: 'nowrap' } as const
