# In place of AWS's provider: one with the names and types that are used here, and no behaviour.
mock_provider "aws" {
  # Nothing is applied, because the key cannot be destroyed, here either.
  override_during = plan

  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:eu-central-1:111122223333:key/1234" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111122223333:role/protectmyapi-vault" }
  }
}

variables {
  administrators      = ["arn:aws:iam::111122223333:role/platform"]
  cluster_oidc_issuer = "https://oidc.eks.eu-central-1.amazonaws.com/id/ABC"
  namespace           = "keys"
  oidc_provider_arn   = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/ABC"
}

run "the_key_names_the_role_that_is_made" {
  command = plan
  assert {
    condition     = jsondecode(aws_kms_key.master.policy).Statement[1].Principal.AWS == aws_iam_role.vault.arn
    error_message = "The key serves somebody else."
  }
  assert {
    condition     = jsondecode(aws_iam_role_policy.vault.policy).Statement[0].Resource == [aws_kms_key.master.arn]
    error_message = "The role may use another key."
  }
  assert {
    condition     = aws_kms_key.master.enable_key_rotation && aws_kms_key.master.deletion_window_in_days == 30
    error_message = "The key is not rotated, or soon deleted."
  }
  assert {
    condition = yamldecode(output.helm_values) == {
      kms   = { type = "aws", aws = { keyArn = "arn:aws:kms:eu-central-1:111122223333:key/1234", region = "eu-central-1" } }
      vault = { serviceAccount = { annotations = { "eks.amazonaws.com/role-arn" = "arn:aws:iam::111122223333:role/protectmyapi-vault" } } }
    }
    error_message = "The chart would be told something else."
  }
}

run "refuses_every_namespace_at_once" {
  command = plan
  variables {
    namespace = "*"
  }
  expect_failures = [var.namespace]
}

run "refuses_the_provider_of_another_issuer" {
  command = plan
  variables {
    oidc_provider_arn = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/OTHER"
  }
  expect_failures = [var.oidc_provider_arn]
}

run "refuses_a_key_that_nobody_administers" {
  command = plan
  variables {
    administrators = []
  }
  expect_failures = [var.administrators]
}

run "refuses_an_alias_for_a_key_of_before" {
  command = plan
  variables {
    other_key_arns = ["arn:aws:kms:eu-central-1:111122223333:alias/old"]
  }
  expect_failures = [var.other_key_arns]
}

run "refuses_what_is_no_installation" {
  command = plan
  variables {
    installation = "production"
  }
  expect_failures = [var.installation]
}
