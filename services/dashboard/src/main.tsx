import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import { setNonce } from 'get-nonce'
import { createRoot } from 'react-dom/client'
import { Dashboard } from './dashboard.js'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
// Management allows only styles that carry this answer's nonce (Content-Security-Policy).
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''
// For the styles of dialogs, which Mantine takes from a package that asks this one.
setNonce(nonce)
createRoot(root).render(<Dashboard nonce={nonce} />)
