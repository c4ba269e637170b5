import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import { setNonce } from 'get-nonce'
import { createRoot } from 'react-dom/client'
import { Dashboard } from './dashboard.js'

const OLD_PAGE_MS = 10_000

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
// Management allows only styles that carry this answer's nonce (Content-Security-Policy).
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''
// For the styles of dialogs, which Mantine takes from a package that asks this one.
setNonce(nonce)
// After an upgrade an open page asks for files of the release before. A page that was just loaded is of this one.
addEventListener('vite:preloadError', () => {
  if (performance.now() > OLD_PAGE_MS) window.location.reload()
})
createRoot(root).render(<Dashboard nonce={nonce} />)
