import { existsSync } from 'node:fs'
import path from 'node:path'

/** The folder of the dashboard's built files. Undefined if it was not built, as in copies of the compiled services. */
export function builtDashboard(projectDir: string): string | undefined {
  const dir = path.join(projectDir, 'services', 'dashboard', 'dist')
  return existsSync(path.join(dir, 'index.html')) ? dir : undefined
}
