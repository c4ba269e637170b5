export function gate() {
  let open = () => {}
  let fail = () => {}
  const passed = new Promise((resolve, reject) => {
    open = resolve
    fail = reject
  })
  return { passed, open: (value) => open(value), fail: (reason) => fail(reason) }
}
//# sourceMappingURL=gate.js.map
