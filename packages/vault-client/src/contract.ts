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

// The part of the wire contracts that an internal service needs. The full contracts, as the servers have them, are in
// `proto`.

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

export interface WireLease extends Granted {
  readonly value: Buffer
  readonly lifeMs: number
  /** `name` is sealed with the value. Empty in what was sealed before names were. */
  readonly bindings?: { readonly name: string }
}

export interface LeaseSecretsResponse {
  readonly results: readonly { readonly versionId: string; readonly lease?: WireLease; readonly fault?: string }[]
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

/** Narrows the type of what proto-loader read: with these options messages have the shapes above. */
function loadContracts(): Contracts {
  const includeDirs = [fileURLToPath(new URL('../proto', import.meta.url))]
  const definition = loadSync(FILES, { longs: Number, enums: String, defaults: true, oneofs: true, includeDirs })
  return loadPackageDefinition(definition) as unknown as Contracts
}

const contracts = loadContracts().protectmyapi
export const Directory = contracts.directory.v1.Directory
export const Vault = contracts.vault.v1.Vault

/**
 * Calls a method. Waits for a connection until the deadline if there is none.
 *
 * @throws VaultClientError: the refusal of the other side, or UNAVAILABLE.
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
      // A closed channel throws instead of calling back.
      reject(new VaultClientError('UNAVAILABLE', { cause }))
    }
  })
}

/** The trailer `pma-fault` names the refusal; without it the answer did not come from management or the vault. */
function refusalOf(error: ServiceError): VaultClientError {
  const code = error.metadata?.get('pma-fault')[0]
  return new VaultClientError(typeof code === 'string' ? code : 'UNAVAILABLE', { cause: error })
}

/** Whether the call timed out without any answer. */
export function wasSilent({ cause }: VaultClientError): boolean {
  return typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === status.DEADLINE_EXCEEDED
}
