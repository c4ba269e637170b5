/**
 * Jest's `testRunner`: its own one, of which each test file is imported by Node itself and not by jest's loader, in whose
 * context of its own every module of every package would be loaded again for each file. docs/adr/0023 has the reasons.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { createRequire, register } from 'node:module'
import { pathToFileURL } from 'node:url'
import { ModernFakeTimers } from '@jest/fake-timers'
import circus from 'jest-circus/runner'
import { ModuleMocker } from 'jest-mock'
import { setFunctions } from './current-file.js'

const require = createRequire(import.meta.url)
register('./source-hooks.js', import.meta.url)
process.setSourceMapsEnabled(true)

/** Jest's runner makes one for each file, and Node 20 goes through all that are in use for each promise that is made. */
const storages = new Set()
const { run } = AsyncLocalStorage.prototype
AsyncLocalStorage.prototype.run = function (...given) {
  storages.add(this)
  return run.apply(this, given)
}

// biome-ignore lint/style/noDefaultExport: jest asks for it.
export default async function runInNode(globalConfig, config, environment, _runtime, file) {
  // Jest sets one that knows what jest compiled. Without it Node tells places in the sources.
  delete Error.prepareStackTrace
  const mocker = new ModuleMocker(globalThis)
  const timers = new ModernFakeTimers({ config, global: globalThis })
  try {
    // Jest is told of each file, and not of each test by itself.
    return await circus.default(globalConfig, config, environment, loading(jestFunctions(mocker, timers)), file)
  } finally {
    // The next file has the same globals.
    mocker.restoreAllMocks()
    timers.dispose()
    for (const storage of storages) storage.disable()
    storages.clear()
  }
}

/** What jest's runner asks of the loader, done by Node. */
function loading(jest) {
  return {
    // The runner keeps a file's tests in its module: each file has another.
    requireInternalModule(name) {
      delete require.cache[name]
      return require(name)
    },
    requireModule: require,
    setGlobalsForRuntime: (functions) => setFunctions({ ...functions, jest }),
    unstable_shouldLoadAsEsm: () => true,
    unstable_importModule: (name) => import(pathToFileURL(name).href),
    enterTestCode: () => undefined,
    leaveTestCode: () => undefined,
  }
}

/** Of the object `jest` what has a use without jest's loader. */
function jestFunctions(mocker, timers) {
  return {
    fn: (implementation) => mocker.fn(implementation),
    spyOn: (object, key, accessType) => mocker.spyOn(object, key, accessType),
    restoreAllMocks: () => mocker.restoreAllMocks(),
    useFakeTimers: (options) => timers.useFakeTimers(options),
    useRealTimers: () => timers.useRealTimers(),
    advanceTimersByTime: (ms) => timers.advanceTimersByTime(ms),
    advanceTimersByTimeAsync: (ms) => timers.advanceTimersByTimeAsync(ms),
    getTimerCount: () => timers.getTimerCount(),
  }
}
