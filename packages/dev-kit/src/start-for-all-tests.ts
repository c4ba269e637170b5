import { afterAll } from '@jest/globals'

/**
 * What all tests of a file share: started here, closed behind the last of them. Await it at the top of the file, where
 * nothing else that the file closes rests on it: hooks of `afterAll` run in the order in which they stand. Where the file
 * fails below it before its first test, no hook runs: it ends with the process.
 *
 * @throws what `start` throws; none of the file's tests is run then.
 */
export async function startForAllTests<Started extends { close(): unknown }>(
  start: () => Promise<Started>,
): Promise<Started> {
  const started = await start()
  afterAll(async () => void (await started.close()))
  return started
}
