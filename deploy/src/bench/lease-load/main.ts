import { Directory } from '@protectmyapi/protos/directory'
import { Vault } from '@protectmyapi/protos/vault'
import { createReloadingClient } from '@protectmyapi/service-kit/grpc/grpc-client'
import { watchMaterial } from '@protectmyapi/service-kit/grpc/tls-material'
import { createLogger } from '@protectmyapi/service-kit/program/log'
import type { LoadResult } from '../load/jobs.js'
import { serveParent } from '../rig/worker-process.js'
import { leaseInLoop, resolveGrant } from './lease-in-loop.js'
import type { GrantJob, GrantResult, LeaseJob } from './lease-jobs.js'

/** The process that leases: with a proxy's identity, as only a proxy may. */
const [certFile = '', keyFile = '', caFile = '', serverId = ''] = process.argv.slice(2)
const identity = await watchMaterial({ certFile, keyFile, caFile }, createLogger('bench', 'silent'))

serveParent<LeaseJob | GrantJob, LoadResult | GrantResult>(0, async (job) => {
  if (job.kind === 'grant') {
    const directory = createReloadingClient(Directory, { address: job.address, serverId: job.serverId }, identity)
    return resolveGrant(directory.current(), job)
  }
  return leaseInLoop(createReloadingClient(Vault, { address: job.address, serverId }, identity).current(), job)
})
