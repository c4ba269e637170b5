variables {
  administrators      = ["arn:aws:iam::111122223333:role/platform"]
  cluster_oidc_issuer = "https://oidc.eks.eu-central-1.amazonaws.com/id/ABC"
  installation        = null
  key_arn             = "arn:aws:kms:eu-central-1:111122223333:key/1234"
  namespace           = "keys"
  oidc_provider_arn   = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/ABC"
  other_key_arns      = []
  role_arn            = "arn:aws:iam::111122223333:role/vault"
}

run "the_vault_does_what_it_calls_and_nothing_else" {
  command = plan
  assert {
    condition     = jsondecode(output.role_policy).Statement == [jsondecode(output.role_policy).Statement[0]]
    error_message = "There is more than one statement."
  }
  assert {
    condition     = jsondecode(output.role_policy).Statement[0].Resource == ["arn:aws:kms:eu-central-1:111122223333:key/1234"]
    error_message = "It is of another key."
  }
  assert {
    condition     = jsondecode(output.role_policy).Statement[0].Action == jsondecode(output.key_policy).Statement[1].Action
    error_message = "Key and role disagree."
  }
}

run "each_call_has_to_name_its_context" {
  command = plan
  assert {
    condition = alltrue([
      for statement in concat(jsondecode(output.role_policy).Statement, [jsondecode(output.key_policy).Statement[1]]) :
      statement.Condition == { StringEquals = { "kms:EncryptionContext:product" = "protectmyapi", "kms:EncryptionContext:purpose" = "organization-data-key" } }
    ])
    error_message = "A statement takes any context."
  }
}

run "and_its_installation_once_that_is_known" {
  command = plan
  variables {
    installation = "ins_01M8AQQF8Q0V4T6W2K5X9Y3Z7B"
  }
  assert {
    condition = alltrue([
      for statement in concat(jsondecode(output.role_policy).Statement, [jsondecode(output.key_policy).Statement[1]]) :
      statement.Condition.StringEquals["kms:EncryptionContext:installation"] == "ins_01M8AQQF8Q0V4T6W2K5X9Y3Z7B"
    ])
    error_message = "A statement takes any installation."
  }
}

run "under_keys_of_before_it_unwraps_and_never_wraps" {
  command = plan
  variables {
    other_key_arns = ["arn:aws:kms:eu-central-1:111122223333:key/old"]
  }
  assert {
    condition     = jsondecode(output.role_policy).Statement[1].Action == ["kms:Decrypt", "kms:ReEncryptFrom"]
    error_message = "It may do more, or less."
  }
}

run "whoever_administers_the_key_cannot_use_it" {
  command = plan
  assert {
    condition     = length(setintersection(jsondecode(output.key_policy).Statement[0].Action, ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:CreateGrant", "kms:*"])) == 0
    error_message = "Administrators may use the key, or grant its use."
  }
  assert {
    condition     = !strcontains(output.key_policy, "*:") && !strcontains(output.key_policy, ":root") && !strcontains(output.role_policy, "*")
    error_message = "There is a wildcard, or the whole account."
  }
}

run "one_service_account_takes_the_role" {
  command = plan
  assert {
    condition = jsondecode(output.trust_policy).Statement[0].Condition == { StringEquals = {
      "oidc.eks.eu-central-1.amazonaws.com/id/ABC:aud" = "sts.amazonaws.com"
      "oidc.eks.eu-central-1.amazonaws.com/id/ABC:sub" = "system:serviceaccount:keys:vault"
    } }
    error_message = "Somebody else may take it."
  }
}
