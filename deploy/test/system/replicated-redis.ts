import { askRedis } from '@protectmyapi/dev-kit/redis/ask-redis'
import { startTestRedis, type TestRedis } from '@protectmyapi/dev-kit/redis/test-redis'
import { until } from '@protectmyapi/dev-kit/until'
import { startSwitch } from '../../src/chaos/switch/tcp-switch.js'

/** A Redis with a replica, behind one address that leads to the current master. */
export interface ReplicatedRedis extends TestRedis {
  /** From now on the replica does not receive what is written. */
  leaveBehind(): Promise<void>
  /** The master is lost as in a crash, and the replica takes its place. Once only. */
  failOver(): Promise<void>
}

export async function startReplicatedRedis(password: string): Promise<ReplicatedRedis> {
  // A new replica gets the existing data at once.
  const settings = { masterauth: password, 'repl-diskless-sync-delay': '0' }
  const [first, second] = await Promise.all([
    startTestRedis({ password, settings }),
    startTestRedis({ password, settings }),
  ])
  let master = first
  const link = await startSwitch({ name: 'redis', targets: [first.port], chance: () => 0 })
  await second.ask('REPLICAOF', first.host, String(first.port))
  await until(async () =>
    (await second.ask('INFO', 'replication')).includes('master_link_status:up') ? true : undefined,
  )
  const leaveBehind = async (): Promise<void> => void (await second.ask('REPLICAOF', 'NO', 'ONE'))
  return {
    host: first.host,
    port: link.port,
    password,
    url: `redis://:${encodeURIComponent(password)}@${first.host}:${link.port}`,
    mark: first.mark,
    pid: () => master.pid(),
    stop: () => master.stop(),
    kill: () => master.kill(),
    restart: () => master.restart(),
    flush: () => master.flush(),
    ask: (...command) => askRedis(master, ...command),
    leaveBehind,
    async failOver() {
      await first.kill()
      await leaveBehind()
      // From now on its counters show what it was asked as the master.
      await second.ask('CONFIG', 'RESETSTAT')
      master = second
      link.route([second.port])
    },
    async drop() {
      await link.close()
      await Promise.all([first.drop(), second.drop()])
    },
  }
}
