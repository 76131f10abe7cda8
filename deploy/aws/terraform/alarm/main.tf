terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.40, < 7.0"
    }
  }
}

# An alarm as OpsSentinel reads it: the rules look at namespace, metric and threshold, and aim by its dimensions.
resource "aws_cloudwatch_metric_alarm" "this" {
  alarm_name          = var.name
  alarm_description   = "Looked after by OpsSentinel."
  namespace           = var.namespace
  metric_name         = var.metric
  dimensions          = var.dimensions
  comparison_operator = var.comparison
  threshold           = var.threshold
  statistic           = var.extended_statistic == null ? var.statistic : null
  extended_statistic  = var.extended_statistic
  period              = var.period
  evaluation_periods  = var.evaluation_periods
  datapoints_to_alarm = var.datapoints_to_alarm
  # A host that reports nothing is not well: OpsSentinel takes INSUFFICIENT_DATA for unknown and does nothing unattended.
  treat_missing_data = var.treat_missing_data
  # Both ends are told, so that a remedy is seen to have helped.
  alarm_actions = var.topics
  ok_actions    = var.topics
  tags          = var.service == "" ? {} : { service = var.service }
}
