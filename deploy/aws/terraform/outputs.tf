output "roles" {
  description = "ARNs of the roles, by kind."
  value       = { for kind, role in aws_iam_role.opssentinel : kind => role.arn }
}

output "sns_topic" {
  description = "For OPSSENTINEL_SNS_TOPICS: only messages of these topics are believed."
  value       = one(aws_sns_topic.alarms[*].arn)
}

output "alarms" {
  description = "ARNs of the alarms, by name."
  value       = { for name, alarm in module.alarm : name => alarm.arn }
}

output "documents" {
  description = "What a runbook pins: version and sha256 of each document."
  value       = { for name, document in aws_ssm_document.opssentinel : name => { version = document.latest_version, sha256 = document.hash } }
}

output "log_group" {
  description = "For OPSSENTINEL_CLOUDWATCH_LOG_GROUP."
  value       = one(aws_cloudwatch_log_group.ledger[*].name)
}
