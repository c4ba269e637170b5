import { fileURLToPath } from 'node:url'
import {
  type ChannelCredentials,
  type Client,
  type ClientOptions,
  loadPackageDefinition,
  Metadata,
  type ServiceError,
  status,
} from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import { VaultClientError } from './vault-client-error.js'

// The part of the wire contracts that an internal service needs. Their whole text is in `proto`, as the servers have it.

export interface Granted {
  readonly secretId: string
  readonly versionId: string
  readonly generation: number
}

export interface ResolveSecretsResponse {
  readonly results: readonly { readonly name: string; readonly granted?: Granted; readonly fault?: string }[]
  readonly grant: string
  readonly lifeMs: number
}

export interface LeaseSecretsResponse {
  readonly results: readonly {
    readonly versionId: string
    readonly lease?: Granted & { readonly value: Buffer; readonly lifeMs: number }
    readonly fault?: string
  }[]
}

type Unary<Request, Response> = (
  request: Request,
  metadata: Metadata,
  options: { deadline: Date },
  answer: (error: ServiceError | null, response?: Response) => void,
) => unknown

export interface DirectoryClient extends Client {
  readonly resolveSecrets: Unary<{ names: readonly string[] }, ResolveSecretsResponse>
}
export interface VaultClientStub extends Client {
  readonly leaseSecrets: Unary<{ grant: string; versionIds: readonly string[] }, LeaseSecretsResponse>
}

type Stub<Made> = new (address: string, credentials: ChannelCredentials, options: ClientOptions) => Made

interface Contracts {
  readonly protectmyapi: {
    readonly directory: { readonly v1: { readonly Directory: Stub<DirectoryClient> } }
    readonly vault: { readonly v1: { readonly Vault: Stub<VaultClientStub> } }
  }
}

const FILES = ['protectmyapi/directory/v1/directory.proto', 'protectmyapi/vault/v1/vault.proto']

/** Narrows what proto-loader read: with these options messages have the shapes above. */
function loadContracts(): Contracts {
  const includeDirs = [fileURLToPath(new URL('../proto', import.meta.url))]
  const definition = loadSync(FILES, { longs: Number, enums: String, defaults: true, oneofs: true, includeDirs })
  return loadPackageDefinition(definition) as unknown as Contracts
}

const contracts = loadContracts().protectmyapi
export const Directory = contracts.directory.v1.Directory
export const Vault = contracts.vault.v1.Vault

/**
 * Calls, and waits for a connection where there is none, until the deadline.
 *
 * @throws VaultClientError: the other side's refusal, or UNAVAILABLE.
 */
export function call<Request, Response>(
  client: Client,
  method: Unary<Request, Response>,
  request: Request,
  deadlineMs: number,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const deadline = new Date(Date.now() + deadlineMs)
    try {
      method.call(client, request, new Metadata({ waitForReady: true }), { deadline }, (error, response) => {
        if (error) reject(refusalOf(error))
        else if (response === undefined) reject(new VaultClientError('UNAVAILABLE'))
        else resolve(response)
      })
    } catch (cause) {
      // A channel that was closed throws instead of calling back.
      reject(new VaultClientError('UNAVAILABLE', { cause }))
    }
  })
}

/** The trailer `pma-fault` names the refusal; without it nobody of ours has answered. */
function refusalOf(error: ServiceError): VaultClientError {
  const code = error.metadata?.get('pma-fault')[0]
  return new VaultClientError(typeof code === 'string' ? code : 'UNAVAILABLE', { cause: error })
}

/** Did the time run out, without a word of the other side? */
export function wasSilent({ cause }: VaultClientError): boolean {
  return typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === status.DEADLINE_EXCEEDED
}
