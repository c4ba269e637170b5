# The master key of an installation, and the only role that uses it, assumed by the vault's service account (IRSA).

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  # Built from the name, because the key and the role refer to each other.
  role_arn = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name}"
}

module "policies" {
  source = "./policies"

  administrators      = var.administrators
  cluster_oidc_issuer = var.cluster_oidc_issuer
  installation        = var.installation
  key_arn             = aws_kms_key.master.arn
  namespace           = var.namespace
  oidc_provider_arn   = var.oidc_provider_arn
  other_key_arns      = var.other_key_arns
  role_arn            = local.role_arn
}

resource "aws_kms_key" "master" {
  description             = "Wraps the data keys of ProtectMyAPI"
  deletion_window_in_days = var.deletion_window_days
  # AWS's own rotation: new key material once a year, under the same ARN. What is wrapped can still be unwrapped.
  enable_key_rotation = true
  multi_region        = var.multi_region
  policy              = module.policies.key_policy
  tags                = var.tags

  # KMS refuses a policy that names a principal which does not exist.
  depends_on = [aws_iam_role.vault]

  lifecycle {
    # If the key is lost, every secret is lost.
    prevent_destroy = true
  }
}

resource "aws_kms_alias" "master" {
  name          = "alias/${var.name}"
  target_key_id = aws_kms_key.master.key_id
}

resource "aws_iam_role" "vault" {
  name                 = var.name
  description          = "The vault of ProtectMyAPI: wraps and unwraps data keys, and nothing else"
  assume_role_policy   = module.policies.trust_policy
  max_session_duration = 3600
  permissions_boundary = var.permissions_boundary
  tags                 = var.tags
}

resource "aws_iam_role_policy" "vault" {
  name   = "master-key"
  role   = aws_iam_role.vault.name
  policy = module.policies.role_policy
}
