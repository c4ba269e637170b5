/** Where the run that ends at `to` begins, looked for down to `from`. */
export declare function runBefore(bytes: Uint8Array, from: number, to: number): number
/** Where the run that begins at `from` ends. */
export declare function runAfter(bytes: Uint8Array, from: number): number
/** The least run that `nextLongRun` looks for. */
export declare const LONG_RUN = 16
/**
 * A byte of the next run that may be as long as LONG_RUN, looked for at every sixteenth byte from `from` on; `to` where
 * there is none. `from` is at least half of such a run behind the first byte. Of a picture this is all that is done.
 */
export declare function nextLongRun(bytes: Uint8Array, from: number, to: number): number
