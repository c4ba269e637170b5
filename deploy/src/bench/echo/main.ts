import { Vault } from '@protectmyapi/protos/vault'
import { createGrpcServer, listenGrpc, MutualTlsServerCredentials } from '@protectmyapi/service-kit/grpc/grpc-server'
import { watchMaterial } from '@protectmyapi/service-kit/grpc/tls-material'
import { createLogger } from '@protectmyapi/service-kit/program/log'
import { serveParent } from '../rig/worker-process.js'
import { echoLeases } from './echo-leases.js'

/** The yardstick of the vault: the same server, transport and messages, without the vault's work. */
const [certFile = '', keyFile = '', caFile = ''] = process.argv.slice(2)
const material = await watchMaterial({ certFile, keyFile, caFile }, createLogger('bench', 'silent'))
const server = createGrpcServer()
server.addService(Vault.service, { LeaseSecrets: echoLeases })
const port = await listenGrpc(server, '127.0.0.1:0', new MutualTlsServerCredentials(material))
serveParent(port, async () => ({}))
