import { until } from '../until.js'
import { startTestRedis, type TestRedis } from './test-redis.js'

const SLOTS = 16_384
const MASTERS = 3
/** Each attempt tries three ports. */
const ATTEMPTS = 5

/** Three masters that share the slots, without replicas. If one is away, the slots of the others are still served. */
export async function startCluster(): Promise<readonly TestRedis[]> {
  const masters = await Promise.all(Array.from({ length: MASTERS }, startNode))
  const each = Math.ceil(SLOTS / MASTERS)
  await Promise.all(
    masters.map(async (master, index) => {
      const slots = Array.from({ length: Math.min(each, SLOTS - index * each) }, (_, at) => String(index * each + at))
      await master.ask('CLUSTER', 'ADDSLOTS', ...slots)
      await master.ask('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1))
    }),
  )
  const [first, ...others] = masters
  for (const { host, port } of others) await first?.ask('CLUSTER', 'MEET', host, String(port))
  await until(async () => ((await Promise.all(masters.map(isWhole))).every(Boolean) ? true : undefined), 30_000)
  return masters
}

async function startNode(): Promise<TestRedis> {
  const settings = { 'cluster-enabled': 'yes', 'cluster-require-full-coverage': 'no', 'cluster-node-timeout': '2000' }
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startTestRedis({ settings })
    } catch (cause) {
      // A port above 55,535 leaves no port for the cluster bus, and the server exits.
      if (attempt >= ATTEMPTS) throw cause
    }
  }
}

async function isWhole(node: TestRedis): Promise<boolean> {
  const info = await node.ask('CLUSTER', 'INFO')
  return /cluster_state:ok/.test(info) && /cluster_slots_ok:16384/.test(info) && /cluster_known_nodes:3/.test(info)
}
