import { type Socket } from 'node:net'
import { type PrivateUpstreams } from '@protectmyapi/service-kit/upstream-url'
export interface ResolvedAddress {
  readonly address: string
  readonly family: number
}
/** All addresses of a name. */
export type ResolveName = (name: string) => Promise<readonly ResolvedAddress[]>
/** Connects to an origin, or throws: DESTINATION_NOT_ALLOWED where it must not be dialled, else UPSTREAM_UNREACHABLE. */
export type Dial = (origin: URL) => Promise<Socket>
export interface DiallerOptions {
  readonly exempt: PrivateUpstreams
  /** A CA beside the public ones, PEM. */
  readonly extraCaPem?: string | undefined
  readonly resolveName?: ResolveName
}
/**
 * The one way out. A name is resolved here, every address of it is checked, one of exactly these is connected to, and
 * what was connected to is checked again before a byte of TLS: a name that changes its mind in between (DNS rebinding)
 * gains nothing. IP literals are checked first, as Node looks none of them up.
 */
export declare function createDialler({ exempt, extraCaPem, resolveName }: DiallerOptions): Dial
