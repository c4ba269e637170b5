import { z } from 'zod'
import type { SecretStore } from './secret-store.js'

export interface ClusterAccess {
  /** The URL of the API server. */
  readonly baseUrl: string
  readonly namespace: string
  readonly token: string
}

const TIMEOUT_MS = 10_000

const Secret = z.object({
  metadata: z.object({ resourceVersion: z.string() }),
  data: z.record(z.string(), z.base64()).optional(),
})

/** Secrets by the Kubernetes API, whose CA is trusted by NODE_EXTRA_CA_CERTS. */
export function kubernetesSecrets({ baseUrl, namespace, token }: ClusterAccess): SecretStore {
  async function call(method: string, name: string, body?: unknown): Promise<unknown> {
    const answer = await fetch(`${baseUrl}/api/v1/namespaces/${namespace}/secrets/${name}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/merge-patch+json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    // The body of a refusal contains no data of a Secret.
    if (!answer.ok) throw new Error(`${method} of Secret ${name} answered ${answer.status}: ${await answer.text()}`)
    return answer.json()
  }

  return {
    async read(name) {
      const { metadata, data = {} } = Secret.parse(await call('GET', name))
      const texts = Object.entries(data).map(
        ([key, text]) => [key, Buffer.from(text, 'base64').toString('utf8')] as const,
      )
      return { data: new Map(texts), version: metadata.resourceVersion }
    },
    async write(name, data, version) {
      const bytes = [...data].map(([key, text]) => [key, Buffer.from(text, 'utf8').toString('base64')] as const)
      // Sends the version that was read, so that the write is refused (409) if the Secret was changed in between.
      await call('PATCH', name, { metadata: { resourceVersion: version }, data: Object.fromEntries(bytes) })
    },
  }
}
