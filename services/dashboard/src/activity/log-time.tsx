const TO_THE_SECOND = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })

/** A moment of the API, in the person's time zone. In a record, seconds tell what came first. */
export const toTheSecond = (at: string): string => TO_THE_SECOND.format(new Date(at))

export function LogTime({ at }: { readonly at: string }) {
  return (
    // Wide enough for a date on one line, where a table is crowded.
    <time dateTime={at} title={at} style={{ display: 'inline-block', minWidth: 105 }}>
      {toTheSecond(at)}
    </time>
  )
}
