/** A cache key of several fields. Injective: each is preceded by its length, so ('ab', 'c') is never ('a', 'bc'). */
export declare function keyOf(...fields: readonly string[]): string
