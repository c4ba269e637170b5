/**
 * Holds back the run of token characters at the end of what came so far: a key could be under way in it. How much is
 * held depends on that run alone, and on no secret, so that watching it teaches nothing.
 */
export declare class TokenTail {
  #private
  /** What may go on now: empty, or all up to the run at the end. */
  push(chunk: Buffer): Buffer
  /** The rest, at the end. */
  end(): Buffer
}
