import { Fault } from '@protectmyapi/service-kit/faults'

/** Stands in the contract, and is refused to those who may call it: rotation of data keys has an issue of its own. */
export async function notBuilt(): Promise<never> {
  throw new Fault('NOT_IMPLEMENTED', 'this method is not built yet')
}
