output "key_policy" {
  description = "Of the master key: who administers it, and that the vault uses it."
  value       = jsonencode(local.key_policy)
}

output "role_policy" {
  description = "Of the vault's role."
  value       = jsonencode(local.role_policy)
}

output "trust_policy" {
  description = "Who may take the role."
  value       = jsonencode(local.trust_policy)
}
