/**
 * Jest's `testRunner`: jest's own runner, but Node imports each test file instead of jest's loader, which would load
 * every module of every package again for each file, in a context of its own. docs/adr/0023 has the reasons.
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

/** Jest's runner makes one for each file, and for each new promise Node 20 visits all that are in use. */
const storages = new Set()
const { run } = AsyncLocalStorage.prototype
AsyncLocalStorage.prototype.run = function (...given) {
  storages.add(this)
  return run.apply(this, given)
}

// biome-ignore lint/style/noDefaultExport: jest asks for it.
export default async function runInNode(globalConfig, config, environment, _runtime, file) {
  // Jest sets one for code that it has compiled itself. Without it Node reports positions in the sources.
  delete Error.prepareStackTrace
  const mocker = new ModuleMocker(globalThis)
  const timers = new ModernFakeTimers({ config, global: globalThis })
  try {
    // Jest gets an event for each file, and none for single tests.
    return await circus.default(globalConfig, config, environment, loading(jestFunctions(mocker, timers)), file)
  } finally {
    // The next file has the same globals.
    mocker.restoreAllMocks()
    timers.dispose()
    for (const storage of storages) storage.disable()
    storages.clear()
  }
}

/** Does by Node what jest's runner asks of jest's loader. */
function loading(jest) {
  return {
    // The runner keeps a file's tests in a module, so each file gets a new instance of it.
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

/** The parts of the object `jest` that work without jest's loader. */
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
