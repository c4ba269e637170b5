# The policies for the master key, as documents. No provider is used, so they can be read and tested without an account.

locals {
  # The commands that services/vault/src/keys/aws-kms.ts sends, and no others. ReEncrypt needs a right for each side.
  wraps   = ["kms:GenerateDataKey", "kms:ReEncryptTo"]
  unwraps = ["kms:Decrypt", "kms:ReEncryptFrom"]

  # The encryption context that the vault names in each call. A call without it, or with another one, is refused.
  context = merge(
    {
      "kms:EncryptionContext:product" = "protectmyapi"
      "kms:EncryptionContext:purpose" = "organization-data-key"
    },
    var.installation == null ? {} : { "kms:EncryptionContext:installation" = var.installation },
  )

  # Rights to administer the key, without use of it and without grants, because a grant would pass on its use.
  administration = [
    "kms:CancelKeyDeletion",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListKeyRotations",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:ReplicateKey",
    "kms:RevokeGrant",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:UpdateKeyDescription",
    "kms:UpdatePrimaryRegion",
  ]

  key_policy = {
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Administration"
        Effect    = "Allow"
        Principal = { AWS = var.administrators }
        Action    = sort(local.administration)
        Resource  = "*"
      },
      {
        Sid       = "TheVault"
        Effect    = "Allow"
        Principal = { AWS = var.role_arn }
        Action    = sort(concat(local.wraps, local.unwraps))
        Resource  = "*"
        Condition = { StringEquals = local.context }
      },
    ]
  }

  role_policy = {
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid       = "TheMasterKey"
          Effect    = "Allow"
          Action    = sort(concat(local.wraps, local.unwraps))
          Resource  = [var.key_arn]
          Condition = { StringEquals = local.context }
        },
      ],
      length(var.other_key_arns) == 0 ? [] : [
        {
          Sid       = "KeysOfBefore"
          Effect    = "Allow"
          Action    = sort(local.unwraps)
          Resource  = var.other_key_arns
          Condition = { StringEquals = local.context }
        },
      ],
    )
  }

  issuer = trimprefix(var.cluster_oidc_issuer, "https://")

  trust_policy = {
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "TheVaultsServiceAccount"
        Effect    = "Allow"
        Principal = { Federated = var.oidc_provider_arn }
        Action    = "sts:AssumeRoleWithWebIdentity"
        Condition = {
          StringEquals = {
            "${local.issuer}:aud" = "sts.amazonaws.com"
            "${local.issuer}:sub" = "system:serviceaccount:${var.namespace}:vault"
          }
        }
      },
    ]
  }
}
