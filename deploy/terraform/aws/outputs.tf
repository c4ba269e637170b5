output "key_arn" {
  description = "PMA_KMS_KEY_ARN, kms.aws.keyArn of the chart."
  value       = aws_kms_key.master.arn
}

output "role_arn" {
  description = "Of the vault's service account."
  value       = aws_iam_role.vault.arn
}

output "helm_values" {
  description = "What the chart has to know of it, as YAML."
  value = yamlencode({
    kms = {
      type = "aws"
      aws = {
        keyArn = aws_kms_key.master.arn
        region = split(":", aws_kms_key.master.arn)[3]
      }
    }
    vault = {
      serviceAccount = { annotations = { "eks.amazonaws.com/role-arn" = aws_iam_role.vault.arn } }
    }
  })
}
