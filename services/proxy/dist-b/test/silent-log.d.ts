import { type Logger } from '@protectmyapi/service-kit/log'
export declare function silentLog(): Logger
