module "alarm" {
  source   = "./alarm"
  for_each = var.alarms

  name                = each.key
  namespace           = each.value.namespace
  metric              = each.value.metric
  comparison          = each.value.comparison
  threshold           = each.value.threshold
  statistic           = each.value.statistic
  extended_statistic  = each.value.extended_statistic
  period              = each.value.period
  evaluation_periods  = each.value.evaluation_periods
  datapoints_to_alarm = each.value.datapoints_to_alarm
  treat_missing_data  = each.value.treat_missing_data
  dimensions          = each.value.dimensions
  service             = each.value.service
  topics              = concat(aws_sns_topic.alarms[*].arn, var.alarm_topics)
}
