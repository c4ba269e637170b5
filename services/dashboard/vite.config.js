import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** Where `npm run dev -w services/dashboard` finds management: as `make run` starts it. */
const MANAGEMENT = 'http://127.0.0.1:8070'

export default defineConfig({
  plugins: [react()],
  // Management puts a fresh nonce here in every answer (its http/serve-dashboard.ts).
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    outDir: 'dist',
    // The licences of what is bundled ask for their text beside it.
    license: { fileName: 'licenses.md' },
    // A data: URL would have to be allowed by the Content-Security-Policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    // A machine that is busy is no fault of the page.
    rolldownOptions: { checks: { pluginTimings: false } },
  },
  server: { proxy: { '/api': MANAGEMENT } },
})
