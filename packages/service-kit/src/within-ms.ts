/**
 * Resolves like the work; if the work takes longer than `ms`, like `late`, which may also throw. The work continues,
 * and its result is ignored then.
 */
export async function withinMs<Value, Late>(work: Promise<Value>, ms: number, late: () => Late): Promise<Value | Late> {
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  try {
    return await Promise.race([work, over.then(late)])
  } finally {
    clearTimeout(timer)
  }
}
