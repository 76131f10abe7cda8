output "webhook_subscription_id" {
  description = "For: opssentinel connect pagerduty --check <id> --secret-file <file>"
  value       = pagerduty_webhook_subscription.opssentinel.id
}

output "agent_user_id" {
  description = "PAGERDUTY_USER_ID: what this user does starts nothing, and its acknowledgement is nobody's."
  value       = pagerduty_user.agent.id
}

output "escalation_policy_id" {
  description = "Give it to the services that OpsSentinel looks after."
  value       = pagerduty_escalation_policy.agent_first.id
}
