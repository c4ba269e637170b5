export function ImportSecrets(_: { readonly onClose: () => void }) {
  return null
}
