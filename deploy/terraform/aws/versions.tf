terraform {
  # For validations that refer to several variables.
  required_version = ">= 1.9"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.68, < 7.0"
    }
  }
}
