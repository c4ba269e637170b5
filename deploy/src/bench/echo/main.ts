import { Vault } from '@protectmyapi/protos/vault'
import { createGrpcServer, listenGrpc, MutualTlsServerCredentials } from '@protectmyapi/service-kit/grpc-server'
import { createLogger } from '@protectmyapi/service-kit/log'
import { watchMaterial } from '@protectmyapi/service-kit/tls-material'
import { serveParent } from '../rig/worker-process.js'
import { echoLeases } from './echo-leases.js'

/** The yardstick of the vault: the same server, transport and messages, and no work. */
const [certFile = '', keyFile = '', caFile = ''] = process.argv.slice(2)
const material = await watchMaterial({ certFile, keyFile, caFile }, createLogger('bench', 'silent'))
const server = createGrpcServer()
server.addService(Vault.service, { LeaseSecrets: echoLeases })
const port = await listenGrpc(server, '127.0.0.1:0', new MutualTlsServerCredentials(material))
serveParent(port, async () => ({}))
