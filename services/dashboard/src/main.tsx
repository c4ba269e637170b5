import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import { createRoot } from 'react-dom/client'
import { Dashboard } from './dashboard.js'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
// Management allows only styles that carry this answer's nonce (Content-Security-Policy).
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''
createRoot(root).render(<Dashboard nonce={nonce} />)
