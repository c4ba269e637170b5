import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

export const REGION = 'us-east-1'
export const ACCOUNT = '111111111111'

/** States that an operator or AWS can put a key into. */
type KeyState = 'Enabled' | 'Disabled' | 'PendingDeletion' | 'PendingImport'

interface Key {
  readonly arn: string
  readonly bytes: Buffer
  state: KeyState
}

interface Refusal {
  readonly status: number
  readonly type: string
  readonly message: string
}

/**
 * AWS KMS's endpoint as far as the vault uses it, with the states and errors that AWS documents ("Key states of AWS KMS
 * keys", "Common errors"). Used for what LocalStack cannot be made to do. Passes the contract of key services.
 */
export interface FakeKms {
  readonly endpoint: string
  /** Number of requests received; each attempt of the SDK counts. */
  requests(): number
  createKey(): string
  setState(arn: string, state: KeyState): void
  /** Answers every request with this refusal, until called with undefined. */
  refuse(refusal: Refusal | undefined): void
  /** Answers nothing and keeps connections open. */
  hang(hangs: boolean): void
  close(): Promise<void>
}

export async function fakeKms(): Promise<FakeKms> {
  const keys = new Map<string, Key>()
  let refusal: Refusal | undefined
  let hangs = false
  let requests = 0

  const server = createServer((request, response) => {
    requests += 1
    if (hangs) return
    void textOf(request).then((text) => {
      const operation = String(request.headers['x-amz-target']).split('.')[1] ?? ''
      const answer = refusal ?? perform(operation, JSON.parse(text))
      send(response, answer)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0

  function perform(operation: string, asked: Asked): object | Refusal {
    if (operation === 'GenerateDataKey') {
      return usable(asked.KeyId, (key) => {
        const plain = randomBytes(32)
        return {
          KeyId: key.arn,
          Plaintext: plain.toString('base64'),
          CiphertextBlob: wrap(key, plain, asked.EncryptionContext),
        }
      })
    }
    if (operation === 'Decrypt') {
      return usable(asked.KeyId, (key) => {
        const plain = unwrap(key, asked.CiphertextBlob, asked.EncryptionContext)
        return plain instanceof Buffer ? { KeyId: key.arn, Plaintext: plain.toString('base64') } : plain
      })
    }
    return usable(asked.SourceKeyId, (source) =>
      usable(asked.DestinationKeyId, (destination) => {
        const plain = unwrap(source, asked.CiphertextBlob, asked.SourceEncryptionContext)
        if (!(plain instanceof Buffer)) return plain
        return { KeyId: destination.arn, CiphertextBlob: wrap(destination, plain, asked.DestinationEncryptionContext) }
      }),
    )
  }

  function usable(arn: string, use: (key: Key) => object | Refusal): object | Refusal {
    const key = keys.get(arn)
    if (!key) return { status: 400, type: 'NotFoundException', message: `Key '${arn}' does not exist` }
    if (key.state === 'Disabled') return { status: 400, type: 'DisabledException', message: `${arn} is disabled.` }
    const state = { Enabled: undefined, PendingDeletion: 'pending deletion', PendingImport: 'pending import' }[
      key.state
    ]
    if (state) return { status: 400, type: 'KMSInvalidStateException', message: `${arn} is ${state}.` }
    return use(key)
  }

  return {
    endpoint: `http://127.0.0.1:${port}`,
    requests: () => requests,
    createKey() {
      const arn = `arn:aws:kms:${REGION}:${ACCOUNT}:key/${randomBytes(8).toString('hex')}`
      keys.set(arn, { arn, bytes: randomBytes(32), state: 'Enabled' })
      return arn
    },
    setState(arn, state) {
      const key = keys.get(arn)
      if (key) key.state = state
    },
    refuse(given) {
      refusal = given
    },
    hang(given) {
      hangs = given
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

type Context = Readonly<Record<string, string>>
type Asked = Readonly<Record<'KeyId' | 'SourceKeyId' | 'DestinationKeyId' | 'CiphertextBlob', string>> &
  Readonly<Record<'EncryptionContext' | 'SourceEncryptionContext' | 'DestinationEncryptionContext', Context>>

/** The blob names its key, as in KMS: another key says so and does not try to decrypt. */
function wrap(key: Key, plain: Buffer, context: Context): string {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key.bytes, nonce).setAAD(Buffer.from(canonical(context)))
  const sealed = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  return Buffer.from(JSON.stringify({ arn: key.arn, sealed: sealed.toString('base64') })).toString('base64')
}

function unwrap(key: Key, blob: string, context: Context): Buffer | Refusal {
  try {
    const { arn, sealed } = JSON.parse(Buffer.from(blob, 'base64').toString())
    if (arn !== key.arn) return { status: 400, type: 'IncorrectKeyException', message: 'The key ID does not match.' }
    const bytes = Buffer.from(sealed, 'base64')
    const decipher = createDecipheriv('aes-256-gcm', key.bytes, bytes.subarray(0, 12), { authTagLength: 16 })
    decipher.setAAD(Buffer.from(canonical(context))).setAuthTag(bytes.subarray(-16))
    return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()])
  } catch {
    return { status: 400, type: 'InvalidCiphertextException', message: 'UnknownError' }
  }
}

function canonical(context: Context): string {
  return JSON.stringify(Object.entries(context).sort())
}

function send(response: ServerResponse, answer: object | Refusal): void {
  const isRefusal = 'type' in answer
  const body = isRefusal ? { __type: answer.type, message: answer.message } : answer
  const type = 'application/x-amz-json-1.1'
  response.writeHead(isRefusal ? answer.status : 200, { 'content-type': type }).end(JSON.stringify(body))
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
