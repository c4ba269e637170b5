import { freePort } from '@protectmyapi/dev-kit/free-port'

/** Of each kind of service. */
export const REPLICAS = 2

/** Where each process listens. */
export interface ChaosPorts {
  readonly vault: readonly number[]
  readonly management: readonly number[]
  readonly directory: readonly number[]
  readonly proxy: readonly number[]
  readonly postgres: number
  readonly redis: number
}

export async function chaosPorts(): Promise<ChaosPorts> {
  // One after the other: the kernel gives the next one, and two who ask at once may get the same.
  const each = async (): Promise<number[]> => {
    const ports: number[] = []
    for (let index = 0; index < REPLICAS; index += 1) ports.push(await freePort())
    return ports
  }
  return {
    vault: await each(),
    management: await each(),
    directory: await each(),
    proxy: await each(),
    postgres: await freePort(),
    redis: await freePort(),
  }
}
