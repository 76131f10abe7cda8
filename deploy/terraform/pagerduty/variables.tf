variable "webhook_url" {
  description = "Our door: https://<your host>/pagerduty/autonomous/action. PagerDuty speaks TLS 1.2 and refuses self-signed certificates."
  type        = string

  validation {
    condition     = startswith(var.webhook_url, "https://")
    error_message = "PagerDuty sends to https addresses alone."
  }
}

variable "webhook_filter_type" {
  description = "What is sent for: account_reference, service_reference or team_reference."
  type        = string
  default     = "account_reference"

  validation {
    condition     = contains(["account_reference", "service_reference", "team_reference"], var.webhook_filter_type)
    error_message = "It is account_reference, service_reference or team_reference."
  }
}

variable "webhook_filter_id" {
  description = "Id of that service or team; nothing for the whole account."
  type        = string
  default     = null
}

variable "service_region" {
  description = "Nothing for the US, eu for the EU."
  type        = string
  default     = ""
}

variable "service_name" {
  description = "Name of the PagerDuty service that automation is for."
  type        = string
}

variable "agent_email" {
  description = "E-mail of OpsSentinel's own PagerDuty user. Make it a mailbox that nobody is woken by; the user keeps no phone and no push."
  type        = string
}

variable "people_schedule_name" {
  description = "Schedule of the humans on call: the second level."
  type        = string
}

variable "silent_minutes" {
  description = "How long OpsSentinel has before PagerDuty wakes people by itself, where silent_minutes_by_service does not name the service."
  type        = number
  default     = 5

  validation {
    condition     = var.silent_minutes >= 1 && var.silent_minutes <= 10
    error_message = "Between 1 and 10 minutes: people wait for no machine longer than that."
  }
}

variable "silent_minutes_by_service" {
  description = "The same by PagerDuty service id: the learned p90 of its automatic rules, at most 10. Written by: opssentinel rules escalation"
  type        = map(number)
  default     = {}

  validation {
    condition     = alltrue([for minutes in values(var.silent_minutes_by_service) : minutes >= 1 && minutes <= 10 && floor(minutes) == minutes])
    error_message = "Whole minutes, between 1 and 10: people wait for no machine longer than that."
  }
}

variable "orchestration_enabled" {
  description = "Whether an Event Orchestration asks OpsSentinel too. Needs an account with AIOps."
  type        = bool
  default     = false
}

variable "automation_conditions" {
  description = "PCL conditions of the events for which automation runs; one that matches is enough."
  type        = list(string)
  default     = ["event.severity matches 'critical' or event.severity matches 'error'"]

  validation {
    condition     = length(var.automation_conditions) > 0
    error_message = "Without a condition the rule would match every event."
  }
}

variable "door_token" {
  description = "Token of our door; its SHA-256 stands in OPSSENTINEL_DOOR_TOKENS. Orchestrations are not signed, so it is their proof."
  type        = string
  sensitive   = true
  default     = ""
}
