import { afterAll } from '@jest/globals'

/**
 * Starts what all tests of a file share, and closes it after the last of them. Await it at the top of the file, and
 * only if nothing else that the file closes depends on it: `afterAll` hooks run in the order in which they are written,
 * so this one closes first. If the file fails below this call before its first test, no hook runs, and what was started
 * ends with the process.
 *
 * @throws what `start` throws; then none of the file's tests runs.
 */
export async function startForAllTests<Started extends { close(): unknown }>(
  start: () => Promise<Started>,
): Promise<Started> {
  const started = await start()
  afterAll(async () => void (await started.close()))
  return started
}
