import type { ProtoGrpcType } from './generated/directory.js'
import { loadContract } from './load.js'

const contract = loadContract('protectmyapi/directory/v1/directory.proto') as unknown as ProtoGrpcType

/** The client's class; `.service` is the definition that a server implements. */
export const Directory = contract.protectmyapi.directory.v1.Directory
