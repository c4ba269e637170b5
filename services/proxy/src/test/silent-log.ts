import { createLogger, type Logger } from '@protectmyapi/service-kit/program/log'

export function silentLog(): Logger {
  return createLogger('test', 'silent')
}
