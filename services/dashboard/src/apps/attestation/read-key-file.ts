/** Google's file has some 2,400 characters. Management takes as many as this. */
const BYTES_MAX = 16_384

/** The text of a service account's key file. @throws Error that says what to do. */
export async function readKeyFile(file: Pick<File, 'size' | 'text'>): Promise<string> {
  if (file.size > BYTES_MAX)
    throw new Error('This file is too large to be the key of a service account. Choose another.')
  return file.text().catch(() => {
    throw new Error('The file could not be read. Choose it again, or paste its contents.')
  })
}
