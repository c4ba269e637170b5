import { createLogger, type Logger } from '@protectmyapi/service-kit/log'

export function silentLog(): Logger {
  return createLogger('test', 'silent')
}
