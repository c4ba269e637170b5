export function NewOrganizationPage() {
  return <p>NewOrganizationPage</p>
}
