variable "name" {
  description = "Name of the alarm."
  type        = string
}

variable "namespace" {
  description = "Namespace of the metric, such as AWS/EC2 or CWAgent."
  type        = string
}

variable "metric" {
  description = "Name of the metric."
  type        = string
}

variable "dimensions" {
  description = "All dimensions of the metric. Rules aim by them: InstanceId, or ClusterName and ServiceName."
  type        = map(string)
}

variable "comparison" {
  description = "How value and threshold are compared."
  type        = string
  default     = "GreaterThanThreshold"
}

variable "threshold" {
  description = "The limit. The shipped rules want 90 or more for CPU and memory, 80 or more for disks."
  type        = number
}

variable "statistic" {
  description = "Average, Maximum, Minimum, Sum or SampleCount."
  type        = string
  default     = "Average"
}

variable "extended_statistic" {
  description = "A percentile such as p95 instead of the statistic."
  type        = string
  default     = null
}

variable "period" {
  description = "Seconds of one datapoint."
  type        = number
  default     = 60
}

variable "evaluation_periods" {
  description = "How many datapoints are looked at."
  type        = number
  default     = 3
}

variable "datapoints_to_alarm" {
  description = "How many of them must be beyond the threshold; all when left out."
  type        = number
  default     = null
}

variable "treat_missing_data" {
  description = "missing, ignore, breaching or notBreaching."
  type        = string
  default     = "missing"
}

variable "service" {
  description = "Name of the service, as the rules and PagerDuty know it; the tag by which an alarm that comes directly names it."
  type        = string
  default     = ""
}

variable "topics" {
  description = "SNS topics that are told."
  type        = list(string)
}
