/**
 * Stands for `@jest/globals` in test files. A helper is loaded once and serves many files, so each name looks up the
 * function of the running file whenever it is used.
 */
import { functionsOfFile } from './current-file.js'

const ofFile = (name) =>
  new Proxy(() => undefined, {
    apply: (_target, _this, given) => functionsOfFile()[name](...given),
    get: (_target, key) => functionsOfFile()[name][key],
  })

export const afterAll = ofFile('afterAll')
export const afterEach = ofFile('afterEach')
export const beforeAll = ofFile('beforeAll')
export const beforeEach = ofFile('beforeEach')
export const describe = ofFile('describe')
export const expect = ofFile('expect')
export const it = ofFile('it')
export const jest = ofFile('jest')
export const test = ofFile('test')
