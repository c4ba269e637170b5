/**
 * What the work settles to; where it has not by then, what `late` answers or throws. The work goes on, and how it ends
 * is nobody's concern any more.
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
