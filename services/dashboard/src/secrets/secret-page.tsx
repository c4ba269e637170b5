export function SecretPage() {
  return <p>SecretPage</p>
}
