# Validated by the module that includes this one.
variable "administrators" { type = list(string) }
variable "cluster_oidc_issuer" { type = string }
variable "installation" { type = string }
variable "key_arn" { type = string }
variable "namespace" { type = string }
variable "oidc_provider_arn" { type = string }
variable "other_key_arns" { type = list(string) }
variable "role_arn" { type = string }
