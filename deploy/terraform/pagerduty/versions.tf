terraform {
  required_version = ">= 1.5"

  required_providers {
    pagerduty = {
      source  = "PagerDuty/pagerduty"
      version = ">= 3.9, < 4.0"
    }
  }
}

# The token comes from PAGERDUTY_TOKEN. In the EU: service_region = "eu".
provider "pagerduty" {
  service_region = var.service_region
}
