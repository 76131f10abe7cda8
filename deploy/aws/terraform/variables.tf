variable "account" {
  description = "Account that is looked after, as the policy (opssentinel.yaml) names it. The provider refuses any other."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account))
    error_message = "An account id has 12 digits."
  }
}

variable "region" {
  description = "Region that is looked after."
  type        = string
}

variable "policies" {
  description = "Folder that opssentinel iam --out has written: <account>/<name>.json. The default holds those of the shipped rules for the sandbox's accounts."
  type        = string
  default     = "../iam"
}

variable "roles_enabled" {
  description = "Whether this state makes the roles. They belong to the account, not to a region: true in one region alone."
  type        = bool
  default     = true
}

variable "read_role" {
  description = "Name of the reading role, as the policy names it."
  type        = string
  default     = "OpsSentinelRead"
}

variable "act_role" {
  description = "Name of the acting role, as the policy names it."
  type        = string
  default     = "OpsSentinelAct"
}

variable "automation_role" {
  description = "Name of the role that SSM automations act as: a runbook's assumeRole."
  type        = string
  default     = "OpsSentinelAutomation"
}

variable "acting_enabled" {
  description = "Whether the acting role and that of the automations are made. false is enough for rules that only observe."
  type        = bool
  default     = true
}

variable "decide_worker_role" {
  description = "Name of the role of this account that the decide worker runs as: it is allowed to become the reading role. Empty: give that right where the worker lives."
  type        = string
  default     = ""
}

variable "effect_worker_role" {
  description = "Name of the role of this account that the effect worker runs as: it alone is allowed to become the acting role. Empty: give that right where the worker lives."
  type        = string
  default     = ""
}

variable "tell_worker_role" {
  description = "Name of the role of this account that the tell worker runs as: it writes the ledger's lines and metrics, and is allowed to become the reading role. Empty: give that right where the worker lives."
  type        = string
  default     = ""
}

variable "log_group" {
  description = "Log group that follows the ledger (OPSSENTINEL_CLOUDWATCH_LOG_GROUP). Empty: none is made."
  type        = string
  default     = ""
}

variable "log_retention_days" {
  description = "How long the log group keeps its events. The ledger itself keeps them as long as its database does."
  type        = number
  default     = 365
}

variable "metrics_namespace" {
  description = "Namespace of the metrics (OPSSENTINEL_CLOUDWATCH_NAMESPACE)."
  type        = string
  default     = "OpsSentinel"
}

variable "sns_url" {
  description = "Our door for SNS: https://<your host>/webhooks/sns. It confirms the subscription itself. Empty: no topic is made."
  type        = string
  default     = ""

  validation {
    condition     = var.sns_url == "" || startswith(var.sns_url, "https://")
    error_message = "SNS signs what it sends, but only TLS keeps it to yourself: use https."
  }
}

variable "eventbridge_url" {
  description = "Our door for EventBridge: https://<your host>/webhooks/eventbridge. Empty: no rule is made."
  type        = string
  default     = ""

  validation {
    condition     = var.eventbridge_url == "" || startswith(var.eventbridge_url, "https://")
    error_message = "API destinations are reached by https alone."
  }
}

variable "eventbridge_token" {
  description = "Token of our door eventbridge; its SHA-256 stands in OPSSENTINEL_DOOR_TOKENS. Events are not signed, so it is their proof. Kept in the state and in Secrets Manager."
  type        = string
  sensitive   = true
  default     = ""
}

variable "documents" {
  description = "Folder of the SSM documents to upload, as YAML."
  type        = string
  default     = "../../../integrations/aws/documents"
}

variable "alarms" {
  description = "Alarms to make, by name. The keys are those of the module alarm."
  type = map(object({
    namespace           = string
    metric              = string
    comparison          = optional(string, "GreaterThanThreshold")
    threshold           = number
    statistic           = optional(string, "Average")
    extended_statistic  = optional(string)
    period              = optional(number, 60)
    evaluation_periods  = optional(number, 3)
    datapoints_to_alarm = optional(number)
    treat_missing_data  = optional(string, "missing")
    dimensions          = map(string)
    service             = optional(string, "")
  }))
  default = {}
}

variable "alarm_topics" {
  description = "More SNS topics that every alarm tells, such as that of PagerDuty's CloudWatch integration."
  type        = list(string)
  default     = []
}
