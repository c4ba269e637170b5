import { fileURLToPath } from 'node:url'
import { type GrpcObject, loadPackageDefinition } from '@grpc/grpc-js'
import { loadSync, type Options } from '@grpc/proto-loader'

/** The options that the generated types were made with (see package.json, `generate`). */
const OPTIONS: Options = {
  longs: Number,
  enums: String,
  defaults: true,
  oneofs: true,
  includeDirs: [fileURLToPath(new URL('..', import.meta.url))],
}

/** Loads one contract by its path below this package. */
export function loadContract(path: string): GrpcObject {
  return loadPackageDefinition(loadSync(path, OPTIONS))
}
