import type { AccessEntry__Output } from '@protectmyapi/protos/generated/directory/v1/AccessEntry'
import type { DirectoryClient } from '@protectmyapi/protos/generated/directory/v1/Directory'
import type { ListSessionKeysResponse__Output } from '@protectmyapi/protos/generated/directory/v1/ListSessionKeysResponse'
import type { ResolveRouteResponse__Output } from '@protectmyapi/protos/generated/directory/v1/ResolveRouteResponse'
import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Label } from '../freshness/label.js'
/** A directory over real gRPC, on loopback and without TLS, with its state in this process. */
export interface FakeDirectory {
  readonly client: {
    current(): DirectoryClient
  }
  /** What a proxy is told. Set them as the test goes. */
  readonly says: {
    horizonMs: number
    route: (credential: string, service: string) => ResolveRouteResponse__Output | Promise<ResolveRouteResponse__Output>
    keys: () => ListSessionKeysResponse__Output
    /** Admit and RecordAccess: there, refusing everything unwritten, or writing and then losing the answer. */
    record: 'there' | 'away' | 'answers lost'
    /** No Sync is answered. */
    mute: boolean
    /** No row is pushed: LISTEN failed in silence. */
    pushes: boolean
  }
  /** A change is committed: its row is in the feed, and pushed. Answers its number. */
  commit(row: Label): number
  /** By boot id. */
  readonly registry: ReadonlyMap<
    string,
    {
      readonly applied: number
      readonly syncs: number
    }
  >
  /** In the order of writing, unique by boot, shard and sequence. */
  readonly entries: readonly AccessEntry__Output[]
  readonly admitCalls: readonly number[]
  readonly openStreams: number
  /** All connections are cut, as by a restart; the same port listens again at once. */
  restart(): Promise<void>
  close(): Promise<void>
}
export declare function startFakeDirectory(
  clock: Pick<Clock, 'wallMs'>,
  first?: Partial<FakeDirectory['says']>,
): Promise<FakeDirectory>
