/** Lets a test decide when something goes on. */
export interface Gate<Value> {
  readonly passed: Promise<Value>
  open(value: Value): void
  fail(reason: unknown): void
}
export declare function gate<Value = void>(): Gate<Value>
