# The alarms that the shipped rules are for, as the sandbox has them. Accounts and hosts do not exist: put your own.
account = "444455556666"
region  = "eu-west-1"
sns_url = "https://ops.example/webhooks/sns"

alarms = {
  ec2-cpu-high-prod = {
    namespace  = "AWS/EC2"
    metric     = "CPUUtilization"
    threshold  = 90
    dimensions = { InstanceId = "i-0cc33dd44ee55ff66" }
    service    = "web"
  }
  ec2-status-check-failed = {
    namespace  = "AWS/EC2"
    metric     = "StatusCheckFailed"
    comparison = "GreaterThanOrEqualToThreshold"
    threshold  = 1
    statistic  = "Maximum"
    dimensions = { InstanceId = "i-0dd44ee55ff66aa77" }
    service    = "web"
  }
  ecs-service-down = {
    namespace  = "ECS/ContainerInsights"
    metric     = "RunningTaskCount"
    comparison = "LessThanThreshold"
    threshold  = 3
    dimensions = { ClusterName = "prod", ServiceName = "web" }
    service    = "web"
  }
  checkout-latency-p95-high = {
    namespace          = "AWS/ApplicationELB"
    metric             = "TargetResponseTime"
    threshold          = 1.2
    extended_statistic = "p95"
    dimensions         = { LoadBalancer = "app/checkout/0123456789abcdef" }
    service            = "checkout"
  }
}
