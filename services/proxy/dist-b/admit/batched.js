const endOfThisTurn = (run) => void setImmediate(run)
/**
 * All who come in one turn of the event loop share a call. What the call throws is thrown to each of them.
 *
 * @param call answers in the order of the items, with as many results; anything else is thrown to all.
 */
export function batched({ batchMax, callsMax, endOfTurn = endOfThisTurn }, call) {
  const waiting = []
  let running = 0
  let planned = false
  function plan() {
    if (planned || running >= callsMax) return
    planned = true
    endOfTurn(startCalls)
  }
  function startCalls() {
    planned = false
    while (waiting.length > 0 && running < callsMax) {
      running += 1
      void send(waiting.splice(0, batchMax)).finally(() => {
        running -= 1
        if (waiting.length > 0) plan()
      })
    }
  }
  async function send(batch) {
    try {
      const results = await call(batch.map(({ item }) => item))
      if (results.length !== batch.length) throw new Error('an answer of another length than its question')
      batch.forEach(({ settle }, at) => {
        settle(results[at])
      })
    } catch (thrown) {
      for (const { refuse } of batch) refuse(thrown)
    }
  }
  return (item) =>
    new Promise((settle, refuse) => {
      waiting.push({ item, settle, refuse })
      plan()
    })
}
//# sourceMappingURL=batched.js.map
