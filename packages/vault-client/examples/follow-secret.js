// Leases a secret and prints its rotations, until Ctrl-C: node follow-secret.js NAME
import { createVaultClient } from '@protectmyapi/vault-client'

const [name] = process.argv.slice(2)
if (name === undefined) throw new Error('Give the name of a secret.')

const { PMA_DIRECTORY_ADDRESS, PMA_VAULT_ADDRESS, PMA_TLS_CERT_FILE, PMA_TLS_KEY_FILE, PMA_TLS_CA_FILE } = process.env

const client = await createVaultClient({
  directory: PMA_DIRECTORY_ADDRESS ?? '127.0.0.1:8071',
  vault: PMA_VAULT_ADDRESS ?? '127.0.0.1:8060',
  tls: {
    certFile: PMA_TLS_CERT_FILE ?? '.local/tls/internal-demo.pem',
    keyFile: PMA_TLS_KEY_FILE ?? '.local/tls/internal-demo.key',
    caFile: PMA_TLS_CA_FILE ?? '.local/tls/ca.pem',
  },
  onRotation: ({ from, to }) => console.log(`replaced: ${from.versionId} -> ${to.versionId}, ${lengthOf(to)}`),
  onRenewalFailed: (_name, error) => console.log(`not renewed: ${error.message}`),
})

/** The only thing about a value that may be printed. */
const lengthOf = (secret) => `${secret.reveal().length} characters`

const secret = await client.secret(name)
console.log(`leased:   ${secret.versionId}, ${lengthOf(secret)}; printed it is ${secret}`)

// Keeps the process running: the client does not.
const waiting = setInterval(() => undefined, 60_000)
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => {
    clearInterval(waiting)
    client.close()
  })
