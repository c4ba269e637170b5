import { answerOf } from './client.js'

/** What was read, with the ETag by which a change says what it is a change of. */
export type Read<Data> = Data & { readonly etag: string | null }

/** Of a read, or of a change that answers what is stored now. @throws Problem. */
export async function readOf<Data extends object>(call: Parameters<typeof answerOf<Data>>[0]): Promise<Read<Data>> {
  const data = await answerOf(call)
  const { response } = await call
  return { ...data, etag: response.headers.get('etag') }
}
