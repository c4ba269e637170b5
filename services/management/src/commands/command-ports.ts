import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Logger } from '@protectmyapi/service-kit/program/log'

/** What a command is given besides its configuration. */
export interface CommandPorts {
  readonly log: Logger
  readonly clock: Clock
}
