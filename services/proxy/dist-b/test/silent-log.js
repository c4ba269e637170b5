import { createLogger } from '@protectmyapi/service-kit/log'
export function silentLog() {
  return createLogger('test', 'silent')
}
//# sourceMappingURL=silent-log.js.map
