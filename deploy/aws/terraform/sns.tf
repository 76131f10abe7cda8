# Alarms by SNS: signed, and so the better way where PagerDuty is not between.
resource "aws_sns_topic" "alarms" {
  count = var.sns_url == "" ? 0 : 1
  name  = "opssentinel-alarms"
  # Version 2 signs with SHA-256.
  signature_version = 2
}

# CloudWatch alarms of this account alone may publish.
resource "aws_sns_topic_policy" "alarms" {
  count = length(aws_sns_topic.alarms)
  arn   = aws_sns_topic.alarms[0].arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AlarmsOfThisAccount"
      Effect    = "Allow"
      Principal = { Service = ["cloudwatch.amazonaws.com"] }
      Action    = ["sns:Publish"]
      Resource  = [aws_sns_topic.alarms[0].arn]
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.account }
        ArnLike      = { "aws:SourceArn" = ["arn:*:cloudwatch:${var.region}:${var.account}:alarm:*"] }
      }
    }]
  })
}

# Raw delivery would leave the signature out. The door confirms the subscription by itself, once OPSSENTINEL_SNS_TOPICS names the topic:
# so name it there first (output sns_topic), with the API running.
resource "aws_sns_topic_subscription" "opssentinel" {
  count                           = length(aws_sns_topic.alarms)
  topic_arn                       = aws_sns_topic.alarms[0].arn
  protocol                        = "https"
  endpoint                        = var.sns_url
  endpoint_auto_confirms          = true
  confirmation_timeout_in_minutes = 5
  raw_message_delivery            = false
}
