variable "name" {
  description = "Name of the role and of the key's alias."
  type        = string
  default     = "protectmyapi-vault"
  validation {
    condition     = can(regex("^[a-zA-Z0-9][-_a-zA-Z0-9]{0,63}$", var.name))
    error_message = "Give a name of letters, digits, - and _, 64 at most."
  }
}

variable "cluster_oidc_issuer" {
  description = "OIDC issuer of the EKS cluster, as `aws eks describe-cluster` says it: https://oidc.eks.eu-central-1.amazonaws.com/id/…"
  type        = string
  validation {
    condition     = can(regex("^https://[^/?#@]+(/[^?#]*[^/?#])?$", var.cluster_oidc_issuer))
    error_message = "Give the issuer with https:// and without a slash at its end."
  }
}

variable "oidc_provider_arn" {
  description = "ARN of the IAM OIDC provider of that issuer."
  type        = string
  validation {
    condition     = can(regex("^arn:aws[-a-z]*:iam::[0-9]{12}:oidc-provider/", var.oidc_provider_arn))
    error_message = "Give an ARN: arn:aws:iam::111122223333:oidc-provider/…"
  }
  validation {
    condition     = endswith(var.oidc_provider_arn, trimprefix(var.cluster_oidc_issuer, "https://"))
    error_message = "This is the provider of another issuer than cluster_oidc_issuer."
  }
}

variable "namespace" {
  description = "Namespace of the release. Its service account `vault`, and no other, gets the role."
  type        = string
  validation {
    condition     = can(regex("^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$", var.namespace))
    error_message = "Give one namespace by its name, without *."
  }
}

variable "administrators" {
  description = "ARNs of the roles that administer the key. None of them may use it; each may change its policy. They alone can: name two, and among them who applies this."
  type        = list(string)
  validation {
    condition     = length(var.administrators) > 0
    error_message = "A key that nobody administers can never be changed again: name a role."
  }
  validation {
    condition     = alltrue([for arn in var.administrators : can(regex("^arn:aws[-a-z]*:iam::[0-9]{12}:(role|user)/[^*]+$", arn))])
    error_message = "Name roles (or users) by their ARN, without *."
  }
}

variable "installation" {
  description = "Id of the installation (ins_…), once its first migration has made it: then the key serves no other one."
  type        = string
  default     = null
  validation {
    condition     = var.installation == null || can(regex("^ins_[0-9A-Z]{26}$", var.installation))
    error_message = "Give the id that database vault has: SELECT id FROM installation."
  }
}

variable "other_key_arns" {
  description = "Keys that have wrapped data keys before this one: the vault may unwrap under them, and not wrap. While a master key is being replaced."
  type        = list(string)
  default     = []
  validation {
    condition     = alltrue([for arn in var.other_key_arns : can(regex("^arn:aws[-a-z]*:kms:[-a-z0-9]+:[0-9]{12}:key/[-a-z0-9]+$", arn))])
    error_message = "Name keys by their ARN, not by an alias."
  }
}

variable "multi_region" {
  description = "A multi-Region key can be replicated to another region, where the same data keys open. It cannot be turned on later."
  type        = bool
  default     = false
}

variable "deletion_window_days" {
  description = "Days between the deletion of the key and its end. Once it is over every secret is lost."
  type        = number
  default     = 30
  validation {
    condition     = var.deletion_window_days >= 7 && var.deletion_window_days <= 30
    error_message = "KMS takes 7 to 30 days."
  }
}

variable "permissions_boundary" {
  description = "ARN of a policy that bounds the role."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of the key and the role."
  type        = map(string)
  default     = {}
}
