import { Fault } from '@protectmyapi/service-kit/faults'
import { callUnary } from '@protectmyapi/service-kit/grpc-client'
import { isToken } from '@protectmyapi/service-kit/tokens'

/** It makes a device and signs: a write, waited for by a phone. */
const DEADLINE_MS = 5_000
export function grpcExchangeDebugToken(directory) {
  return async (debugToken, sourceAddress) => {
    if (!isToken('debug', debugToken)) throw new Fault('INVALID_TOKEN', 'a debug token of the wrong shape or checksum')
    const { token, expiresAtMs, deviceId } = await callUnary(
      (request, options, answer) => directory.current().exchangeDebugToken(request, options, answer),
      { debugToken, sourceAddress },
      DEADLINE_MS,
    )
    return { token, expiresAtMs, deviceId }
  }
}
//# sourceMappingURL=grpc-exchange.js.map
