# terraform apply, then: terraform output -raw helm_values > kms.yaml && helm install … -f kms.yaml
# The first migration makes the installation's id. Set it below, and apply again.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.68, < 7.0"
    }
  }
}

provider "aws" {
  region = "eu-central-1"
}

module "vault_key" {
  source = "../"

  cluster_oidc_issuer = "https://oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE"
  oidc_provider_arn   = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE"
  namespace           = "protectmyapi"
  administrators      = ["arn:aws:iam::111122223333:role/platform", "arn:aws:iam::111122223333:role/break-glass"]
  # installation = "ins_01M8AQQF8Q0V4T6W2K5X9Y3Z7B"
  tags = { service = "protectmyapi" }
}

output "helm_values" {
  value = module.vault_key.helm_values
}
