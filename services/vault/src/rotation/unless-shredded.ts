import { Fault } from '@protectmyapi/service-kit/faults'

/** What comes of work on the data key of a listed organization. Undefined where that was shredded since: it has none. */
export async function unlessShredded<Result>(work: Promise<Result>): Promise<Result | undefined> {
  try {
    return await work
  } catch (err) {
    if (err instanceof Fault && err.code === 'CONFLICT') return undefined
    throw err
  }
}
