import { BlockList, isIP } from 'node:net'
import { z } from 'zod'
import type { KubeObject } from './helm.js'

const Labels = z.record(z.string(), z.string())
const Selector = z.strictObject({ matchLabels: Labels.default({}) })
const Peer = z.strictObject({
  podSelector: Selector.optional(),
  namespaceSelector: Selector.optional(),
  ipBlock: z.strictObject({ cidr: z.string(), except: z.array(z.string()).default([]) }).optional(),
})
const Port = z.strictObject({ protocol: z.string(), port: z.number() })
const rule = <Side extends string>(side: Side) =>
  z.strictObject({ [side]: z.array(Peer).min(1), ports: z.array(Port).min(1) } as Record<
    Side,
    z.ZodArray<typeof Peer>
  > & {
    ports: z.ZodArray<typeof Port>
  })
const Policy = z.strictObject({
  podSelector: Selector,
  policyTypes: z.tuple([z.literal('Ingress'), z.literal('Egress')]),
  ingress: z.array(rule('from')).default([]),
  egress: z.array(rule('to')).default([]),
})
type Policy = z.output<typeof Policy>
type Peer = z.output<typeof Peer>

/**
 * One end of a connection: a pod with its labels and the labels of its namespace, or an address outside of the cluster.
 */
export type End =
  | { readonly namespace: string; readonly labels: Readonly<Record<string, string>> }
  | { readonly address: string }

/**
 * Evaluates the network policies of one namespace as a cluster does: policies add up, and a pod that no policy selects
 * is open.
 */
export function networkOf(objects: readonly KubeObject[], namespace: string) {
  const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy').map(({ spec }) => Policy.parse(spec))

  function choosing(end: End): readonly Policy[] | undefined {
    if ('address' in end || end.namespace !== namespace) return undefined
    const found = policies.filter(({ podSelector }) => matches(podSelector.matchLabels, end.labels))
    return found.length === 0 ? undefined : found
  }

  /** Whether a connection (TCP unless stated) is possible: one side may send, and the other may receive. */
  return function reaches(from: End, to: End, port: number, protocol = 'TCP'): boolean {
    const isPort = (one: z.output<typeof Port>): boolean => one.port === port && one.protocol === protocol
    const maySend = choosing(from)?.some(({ egress }) =>
      egress.some((one) => one.ports.some(isPort) && one.to.some((peer) => isPeer(peer, to))),
    )
    const mayReceive = choosing(to)?.some(({ ingress }) =>
      ingress.some((one) => one.ports.some(isPort) && one.from.some((peer) => isPeer(peer, from))),
    )
    return (maySend ?? true) && (mayReceive ?? true)
  }

  function isPeer({ podSelector, namespaceSelector, ipBlock }: Peer, end: End): boolean {
    if (ipBlock !== undefined) {
      return (
        'address' in end && isIn(ipBlock.cidr, end.address) && !ipBlock.except.some((one) => isIn(one, end.address))
      )
    }
    if ('address' in end) return false
    const isNamespace =
      namespaceSelector === undefined
        ? end.namespace === namespace
        : matches(namespaceSelector.matchLabels, { 'kubernetes.io/metadata.name': end.namespace })
    return isNamespace && matches(podSelector?.matchLabels ?? {}, end.labels)
  }
}

function matches(wanted: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value)
}

function isIn(cidr: string, address: string): boolean {
  const [network = '', bits = ''] = cidr.split('/')
  if (isIP(network) !== isIP(address)) return false
  const list = new BlockList()
  const family = isIP(network) === 6 ? 'ipv6' : 'ipv4'
  list.addSubnet(network, Number(bits), family)
  return list.check(address, family)
}
