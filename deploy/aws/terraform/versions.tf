terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.40, < 7.0"
    }
  }
}

# One account and one region per state: apply this folder once for each that the policy names.
provider "aws" {
  region              = var.region
  allowed_account_ids = [var.account]

  default_tags {
    tags = { managed-by = "opssentinel-terraform" }
  }
}
