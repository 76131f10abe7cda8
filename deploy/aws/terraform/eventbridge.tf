# Alarms by EventBridge: every alarm of the region, without an action in each of them. Not signed, so a token proves them.
resource "aws_cloudwatch_event_rule" "alarms" {
  count       = var.eventbridge_url == "" ? 0 : 1
  name        = "opssentinel-alarms"
  description = "CloudWatch alarms to OpsSentinel."

  event_pattern = jsonencode({
    source      = ["aws.cloudwatch"]
    detail-type = ["CloudWatch Alarm State Change"]
    account     = [var.account]
  })
}

resource "aws_cloudwatch_event_connection" "opssentinel" {
  count              = length(aws_cloudwatch_event_rule.alarms)
  name               = "opssentinel"
  description        = "Token of the door eventbridge."
  authorization_type = "API_KEY"

  auth_parameters {
    api_key {
      key   = "Authorization"
      value = "Bearer ${var.eventbridge_token}"
    }
  }

  lifecycle {
    precondition {
      condition     = length(var.eventbridge_token) >= 32
      error_message = "Set eventbridge_token (32 characters or more): events are not signed."
    }
  }
}

resource "aws_cloudwatch_event_api_destination" "opssentinel" {
  count               = length(aws_cloudwatch_event_rule.alarms)
  name                = "opssentinel"
  description         = "The door eventbridge."
  invocation_endpoint = var.eventbridge_url
  http_method         = "POST"
  # A storm is slowed down here, not refused there.
  invocation_rate_limit_per_second = 20
  connection_arn                   = aws_cloudwatch_event_connection.opssentinel[0].arn
}

# Without an input transformer: the door wants the event as it is.
resource "aws_cloudwatch_event_target" "opssentinel" {
  count     = length(aws_cloudwatch_event_rule.alarms)
  rule      = aws_cloudwatch_event_rule.alarms[0].name
  target_id = "opssentinel"
  arn       = aws_cloudwatch_event_api_destination.opssentinel[0].arn
  role_arn  = aws_iam_role.eventbridge[0].arn

  # An alarm that arrives an hour late is nobody's news any more.
  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 60
  }
}

resource "aws_iam_role" "eventbridge" {
  count       = length(aws_cloudwatch_event_rule.alarms)
  name        = "OpsSentinelEventBridge-${var.region}"
  description = "EventBridge calls the door of OpsSentinel."

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AssumeForTheRule"
      Effect    = "Allow"
      Principal = { Service = ["events.amazonaws.com"] }
      Action    = ["sts:AssumeRole"]
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.account }
        ArnLike      = { "aws:SourceArn" = [aws_cloudwatch_event_rule.alarms[0].arn] }
      }
    }]
  })
}

resource "aws_iam_role_policy" "eventbridge" {
  count = length(aws_cloudwatch_event_rule.alarms)
  name  = "call-the-door"
  role  = aws_iam_role.eventbridge[0].name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "CallTheDoor"
      Effect   = "Allow"
      Action   = ["events:InvokeApiDestination"]
      Resource = [aws_cloudwatch_event_api_destination.opssentinel[0].arn]
    }]
  })
}
