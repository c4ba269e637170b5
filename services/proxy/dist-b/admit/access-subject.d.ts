import type { AccessSubject } from '@protectmyapi/protos/generated/directory/v1/AccessSubject'
import type { AccessRequest } from './admission.js'
/** Who asked for what, for the record. Never a query: keys travel there. */
export declare function accessSubject({ route, method, path, sourceAddress, appVersion }: AccessRequest): AccessSubject
