/**
 * A query as it was sent, cut into pairs that are kept or dropped whole. What stays is never encoded anew: a signature
 * over it, or an encoding that only the provider knows, survives.
 */
export declare function filterQuery(query: string, keep: (name: string, value: string) => boolean): string | null
/** As servers read it: `+` is a space, and an escape that is none stays as it is. */
export declare function decodeQuery(text: string): string
/** One round; bytes as latin1, which is enough to find ASCII in them. */
export declare function decodePercent(text: string): string
