/** Names of attributes. Those without `pma.` are OpenTelemetry's semantic conventions. */
export const OUTCOME = 'pma.outcome'
export const REQUEST_ID = 'pma.request_id'
export const ROUTE = 'pma.route'
export const ORGANIZATION_ID = 'pma.organization_id'
export const SERVICE_ID = 'pma.service_id'
export const APP_ID = 'pma.app_id'
export const BATCH = 'pma.batch'
export const BYTES_SENT = 'pma.bytes_sent'
export const BYTES_RECEIVED = 'pma.bytes_received'

export const HTTP_METHOD = 'http.request.method'
export const HTTP_STATUS = 'http.response.status_code'
export const HTTP_ROUTE = 'http.route'
export const SERVER_ADDRESS = 'server.address'
export const SERVER_PORT = 'server.port'
export const RPC_SYSTEM = 'rpc.system'
export const RPC_SERVICE = 'rpc.service'
export const RPC_METHOD = 'rpc.method'
export const DB_SYSTEM = 'db.system.name'
export const DB_NAMESPACE = 'db.namespace'
export const DB_OPERATION = 'db.operation.name'

const KNOWN_METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** A client may send any text as method, but only known methods are reported (semantic conventions for HTTP). */
export function knownMethod(method: string): string {
  return KNOWN_METHODS.has(method) ? method : '_OTHER'
}
