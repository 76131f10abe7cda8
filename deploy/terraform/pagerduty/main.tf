data "pagerduty_service" "automated" {
  name = var.service_name
}

data "pagerduty_schedule" "people" {
  name = var.people_schedule_name
}

locals {
  silent_minutes = lookup(var.silent_minutes_by_service, data.pagerduty_service.automated.id, var.silent_minutes)
}

# The silent agent. Without contact methods and notification rules beside its mailbox it wakes nobody.
resource "pagerduty_user" "agent" {
  name        = "OpsSentinel"
  email       = var.agent_email
  role        = "user"
  description = "The remediation agent: first level of its escalation policy, and the author of its notes."
}

# The page waits, and PagerDuty keeps the clock: the agent never acknowledges, so people are woken by PagerDuty alone if it is dead.
resource "pagerduty_escalation_policy" "agent_first" {
  name        = "OpsSentinel first, then people"
  description = "Level 1 is the silent agent for ${local.silent_minutes} minutes; level 2 are the people on call."
  num_loops   = 2

  rule {
    escalation_delay_in_minutes = local.silent_minutes

    target {
      type = "user_reference"
      id   = pagerduty_user.agent.id
    }
  }

  rule {
    escalation_delay_in_minutes = 15

    target {
      type = "schedule_reference"
      id   = data.pagerduty_schedule.people.id
    }
  }
}

resource "pagerduty_webhook_subscription" "opssentinel" {
  type        = "webhook_subscription"
  active      = true
  description = "OpsSentinel"

  events = [
    "incident.triggered",
    "incident.reopened",
    "incident.unacknowledged",
    "incident.acknowledged",
    "incident.reassigned",
    "incident.delegated",
    "incident.resolved",
  ]

  delivery_method {
    type = "http_delivery_method"
    url  = var.webhook_url
  }

  filter {
    type = var.webhook_filter_type
    id   = var.webhook_filter_id
  }
}

# When automation runs: events that match these conditions alone ask OpsSentinel. Its own rules decide all the same.
# One automation action per rule is all that PagerDuty allows.
resource "pagerduty_event_orchestration_service" "automation" {
  count                                  = var.orchestration_enabled ? 1 : 0
  service                                = data.pagerduty_service.automated.id
  enable_event_orchestration_for_service = true

  set {
    id = "start"

    rule {
      label = "Ask OpsSentinel"

      dynamic "condition" {
        for_each = var.automation_conditions

        content {
          expression = condition.value
        }
      }

      actions {
        automation_action {
          name      = "Ask OpsSentinel"
          url       = var.webhook_url
          auto_send = true

          header {
            key   = "Authorization"
            value = "Bearer ${var.door_token}"
          }

          parameter {
            key   = "sent_by"
            value = "event-orchestration"
          }
        }
      }
    }
  }

  catch_all {
    actions {}
  }

  lifecycle {
    precondition {
      condition     = length(var.door_token) >= 32
      error_message = "Set door_token (32 characters or more): orchestrations are not signed."
    }
  }
}
