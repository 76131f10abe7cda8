# The ledger's lines, where others look for logs. The group is made here; its stream is made by the worker.
resource "aws_cloudwatch_log_group" "ledger" {
  count             = var.log_group == "" ? 0 : 1
  name              = var.log_group
  retention_in_days = var.log_retention_days
}

resource "aws_iam_role_policy" "tell" {
  count = var.tell_worker_role == "" || var.log_group == "" ? 0 : 1
  name  = "OpsSentinel-follows-the-ledger"
  role  = var.tell_worker_role

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteLines"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["${aws_cloudwatch_log_group.ledger[0].arn}:log-stream:ledger"]
      },
      {
        Sid       = "WriteMetrics"
        Effect    = "Allow"
        Action    = ["cloudwatch:PutMetricData"]
        Resource  = ["*"]
        Condition = { StringEquals = { "cloudwatch:namespace" = var.metrics_namespace } }
      },
    ]
  })
}
