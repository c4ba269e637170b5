import type { Target } from '../routes/route.js'
/** Between what the provider calls an address of its own and what the client has to ask us for. */
export interface ReturnPath {
  readonly target: Pick<Target, 'origin' | 'baseUrl'>
  /** What was asked for, without what was injected into it: the base of a relative address. */
  readonly path: string
  /** Before the provider's path in an address of ours: `/v1/p/{service}`, or nothing where the host names the service. */
  readonly prefix: string
  /** Under which the client knows us; null where that cannot be told. */
  readonly origin: () => string | null
}
/** Fields that must not come as trailers, where no rule is applied. */
export declare const isReturnAddress: (name: string) => boolean
/**
 * Name, value, … with every address in the table led back to us. One that cannot be is dropped with its field: a
 * provider is never sent the app's credential by an address that we handed on.
 */
export declare function leadBack(status: number, fields: readonly string[], back: ReturnPath): readonly string[]
