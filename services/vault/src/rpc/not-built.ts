import { Fault } from '@protectmyapi/service-kit/faults'

/** Stands in the contract, and is refused to those who may call it: rotation and signed heads have issues of their own. */
export async function notBuilt(): Promise<never> {
  throw new Fault('NOT_IMPLEMENTED', 'this method is not built yet')
}
