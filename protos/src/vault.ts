import type { ProtoGrpcType } from './generated/vault.js'
import { loadContract } from './load.js'

const contract = loadContract('protectmyapi/vault/v1/vault.proto') as unknown as ProtoGrpcType

/** The client's class; `.service` is the definition that a server implements. */
export const Vault = contract.protectmyapi.vault.v1.Vault
