import { Directory } from '@protectmyapi/protos/directory'
import { Vault } from '@protectmyapi/protos/vault'
import { createReloadingClient } from '@protectmyapi/service-kit/grpc/grpc-client'
import { watchMaterial } from '@protectmyapi/service-kit/grpc/tls-material'
import { createLogger } from '@protectmyapi/service-kit/program/log'
import type { LoadResult } from '../load/jobs.js'
import { serveParent } from '../rig/worker-process.js'
import { leaseInLoop, resolveAndLease, resolveGrant } from './lease-in-loop.js'
import type { ColdJob, ColdResult, GrantsJob, GrantsResult, LeaseJob } from './lease-jobs.js'

/** The process that leases. It has a proxy's identity, because only proxies may lease this way. */
const [certFile = '', keyFile = '', caFile = '', serverId = ''] = process.argv.slice(2)
const identity = await watchMaterial({ certFile, keyFile, caFile }, createLogger('bench', 'silent'))

serveParent<LeaseJob | GrantsJob | ColdJob, LoadResult | GrantsResult | ColdResult>(0, async (job) => {
  switch (job.kind) {
    case 'grants': {
      const directory = directoryAt(job.directory)
      const grants = []
      for (const asked of job.asked) grants.push(await resolveGrant(directory, asked))
      return { grants }
    }
    case 'lease':
      return leaseInLoop(vaultAt(job.address), job)
    case 'cold':
      return resolveAndLease(directoryAt(job.directory), vaultAt(job.vaultAddress), job)
  }
})

function directoryAt(target: GrantsJob['directory']) {
  return createReloadingClient(Directory, target, identity).current()
}

function vaultAt(address: string) {
  return createReloadingClient(Vault, { address, serverId }, identity).current()
}
