import { Fault } from '@protectmyapi/service-kit/faults'

/**
 * The result of work on the data key of a listed organization. Undefined if the organization was shredded since it was
 * listed.
 */
export async function unlessShredded<Result>(work: Promise<Result>): Promise<Result | undefined> {
  try {
    return await work
  } catch (err) {
    if (err instanceof Fault && err.code === 'CONFLICT') return undefined
    throw err
  }
}
