import { systemActor } from '../audit/audit-entry.js'

/** The actor of every command: anyone who can run the image's commands. People of organizations have no say in them. */
export const OPERATOR = systemActor('operator')
