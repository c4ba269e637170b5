import { systemActor } from '../audit/audit-entry.js'

/** Who can run a command of the image; no person of an organization has a say in what commands change. */
export const OPERATOR = systemActor('operator')
