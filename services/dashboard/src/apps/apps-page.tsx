export function AppsPage() {
  return <p>AppsPage</p>
}
