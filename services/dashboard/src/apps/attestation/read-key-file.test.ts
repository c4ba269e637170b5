import { expect, it } from '@jest/globals'
import { readKeyFile } from './read-key-file.js'

it('reads a file as large as management takes', async () => {
  const json = 'x'.repeat(16_384)
  await expect(readKeyFile(new Blob([json]))).resolves.toBe(json)
})

it('does not read a larger one into the page', async () => {
  const text = () => Promise.reject(new Error('was read'))
  await expect(readKeyFile({ size: 16_385, text })).rejects.toThrow('too large')
})

it('says what to do where the file has gone meanwhile', async () => {
  const text = () => Promise.reject(new DOMException('gone', 'NotFoundError'))
  await expect(readKeyFile({ size: 1, text })).rejects.toThrow(
    'The file could not be read. Choose it again, or paste its contents.',
  )
})
