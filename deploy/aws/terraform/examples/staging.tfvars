# The alarms that the shipped rules are for, as the sandbox has them. Accounts and hosts do not exist: put your own.
account = "111122223333"
region  = "eu-west-1"
sns_url = "https://ops.example/webhooks/sns"

alarms = {
  ec2-cpu-high = {
    namespace  = "AWS/EC2"
    metric     = "CPUUtilization"
    threshold  = 90
    dimensions = { InstanceId = "i-0aa11bb22cc33dd44" }
    service    = "web staging"
  }
  ec2-memory-high = {
    namespace  = "CWAgent"
    metric     = "mem_used_percent"
    threshold  = 90
    dimensions = { InstanceId = "i-0bb22cc33dd44ee55" }
    service    = "web staging"
  }
  disk-usage-high = {
    namespace  = "CWAgent"
    metric     = "disk_used_percent"
    threshold  = 80
    dimensions = { InstanceId = "i-0bb22cc33dd44ee55", path = "/", device = "nvme0n1p1", fstype = "xfs" }
    service    = "web staging"
  }
}
