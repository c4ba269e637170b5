/** An answer's fields, as far as they matter. */
export interface AnswerFields {
  /** Name, value, … that go on to the client, in their order and spelling, duplicates and all. */
  readonly passed: readonly string[]
  /** The content codings of the body, as one text; empty for none. */
  readonly coding: string
}
/** @param raw what undici hands over, name and value in turn, read as latin1. */
export declare function answerFields(raw: unknown): AnswerFields
/** Of trailers, only what says nothing of framing (RFC 9110 § 6.5.1) and leads nowhere. */
export declare function trailerFields(raw: unknown): readonly string[]
