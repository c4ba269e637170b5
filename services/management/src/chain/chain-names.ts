import { INSTALLATION_ORGANIZATION } from '@protectmyapi/service-kit/ids'

/** Every head covers its chain's name, so the names never change. */
export const accessLogChain = (organizationId: string): string => `access-log/${organizationId}`

/** What belongs to no organization belongs to the installation. */
export const auditChain = (organizationId: string | null): string =>
  `audit/${organizationId ?? INSTALLATION_ORGANIZATION}`
