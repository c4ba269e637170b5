/** Lets a test decide when something goes on. */
export interface Gate<Value> {
  readonly passed: Promise<Value>
  open(value: Value): void
  fail(reason: unknown): void
}

export function gate<Value = void>(): Gate<Value> {
  let open: (value: Value) => void = () => {}
  let fail: (reason: unknown) => void = () => {}
  const passed = new Promise<Value>((resolve, reject) => {
    open = resolve
    fail = reject
  })
  return { passed, open: (value) => open(value), fail: (reason) => fail(reason) }
}
