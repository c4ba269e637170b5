import type { Attributes } from '@opentelemetry/api'
import { RPC_METHOD, RPC_SERVICE, RPC_SYSTEM } from './attributes.js'
import { type Seconds, secondsOf } from './instruments.js'
import { activeSpan, CLIENT, type Outcome, type RunningSpan } from './spans.js'
import { NO_TELEMETRY, type Telemetry } from './telemetry.js'

/** One call under way. */
export interface WatchedCall {
  readonly span: RunningSpan | undefined
  ended(outcome: Outcome): void
}

/** Measures calls between services: how many, how they end, how long they take, and to which trace they belong. */
export interface RpcWatch {
  /** @param path `/package.Service/Method`, as in the contract. */
  begin(path: string, traceparent?: () => string | undefined): WatchedCall
}

const LABELS = ['method', 'outcome'] as const

export const NO_RPC_WATCH: RpcWatch = { begin: () => NO_CALL }
const NO_CALL: WatchedCall = { span: undefined, ended: () => {} }

export function watchRpcServer(telemetry: Telemetry): RpcWatch {
  if (telemetry === NO_TELEMETRY) return NO_RPC_WATCH
  const { meter, traces } = telemetry
  const seconds = secondsOf(meter, 'pma_rpc_server_seconds', 'each unary call that came in', LABELS)
  return { begin: (path, traceparent) => begun(seconds, path, traces.continued(traceparent?.(), ...spanOf(path))) }
}

export function watchRpcClient(telemetry: Telemetry): RpcWatch {
  if (telemetry === NO_TELEMETRY) return NO_RPC_WATCH
  const { meter } = telemetry
  const seconds = secondsOf(meter, 'pma_rpc_client_seconds', 'each unary call that went out', LABELS)
  return {
    begin(path) {
      const [name, attributes] = spanOf(path)
      return begun(seconds, path, activeSpan()?.child(name, CLIENT, attributes))
    },
  }
}

function begun(seconds: Seconds<(typeof LABELS)[number]>, path: string, span: RunningSpan | undefined): WatchedCall {
  const startedMs = performance.now()
  return {
    span,
    ended(outcome) {
      seconds.record((performance.now() - startedMs) / 1_000, { method: methodOf(path), outcome })
      span?.end(outcome)
    },
  }
}

/** `/protectmyapi.vault.v1.Vault/LeaseSecrets` is `Vault/LeaseSecrets`. */
const methodOf = (path: string): string => path.slice(path.lastIndexOf('.') + 1)

function spanOf(path: string): [string, Attributes] {
  const method = methodOf(path)
  const [service = '', name = ''] = method.split('/')
  return [method, { [RPC_SYSTEM]: 'grpc', [RPC_SERVICE]: service, [RPC_METHOD]: name }]
}
