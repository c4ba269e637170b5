import { INSTALLATION_ORGANIZATION } from '@protectmyapi/service-kit/ids'

/** The names stand in every head: never changed. */
export const accessLogChain = (organizationId: string): string => `access-log/${organizationId}`

/** What belongs to no organization is the installation's. */
export const auditChain = (organizationId: string | null): string =>
  `audit/${organizationId ?? INSTALLATION_ORGANIZATION}`
