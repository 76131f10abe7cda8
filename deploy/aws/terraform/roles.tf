# What each role may do is written by `opssentinel iam` from the runbooks, and is only carried over here.
locals {
  folder = "${path.module}/${var.policies}/${var.account}"

  # A policy that was too long for one document is act-1.json, act-2.json, …
  files = var.roles_enabled ? fileset(local.folder, "*.json") : toset([])

  kinds = {
    read       = { role = var.read_role, made = var.roles_enabled }
    act        = { role = var.act_role, made = var.roles_enabled && var.acting_enabled }
    automation = { role = var.automation_role, made = var.roles_enabled && var.acting_enabled && contains(local.files, "automation-trust.json") }
  }

  roles    = { for kind, one in local.kinds : kind => one.role if one.made }
  policies = merge([for kind, role in local.roles : { for name in local.files : trimsuffix(name, ".json") => kind if can(regex("^${kind}(-[0-9]+)?\\.json$", name)) }]...)
}

# The most that any of the roles can ever do, whatever else is attached to them.
resource "aws_iam_policy" "boundary" {
  count       = var.roles_enabled ? 1 : 0
  name        = "OpsSentinelBoundary"
  description = "The most that any role of OpsSentinel can do."
  policy      = file("${local.folder}/boundary.json")
}

resource "aws_iam_role" "opssentinel" {
  for_each             = local.roles
  name                 = each.value
  description          = "OpsSentinel: ${each.key}"
  assume_role_policy   = file("${local.folder}/${each.key}-trust.json")
  permissions_boundary = aws_iam_policy.boundary[0].arn
  # Sessions are asked for 15 minutes; an hour is the least that a role can be limited to.
  max_session_duration = 3600
}

resource "aws_iam_policy" "opssentinel" {
  for_each    = local.policies
  name        = "OpsSentinel-${each.key}"
  description = "Written by opssentinel iam."
  policy      = file("${local.folder}/${each.key}.json")
}

resource "aws_iam_role_policy_attachment" "opssentinel" {
  for_each   = local.policies
  role       = aws_iam_role.opssentinel[each.value].name
  policy_arn = aws_iam_policy.opssentinel[each.key].arn
}

# The other half of the trust: who runs a worker here may become its role, and no other.
locals {
  becomes = {
    for part, one in {
      decide = { worker = var.decide_worker_role, kind = "read" }
      tell   = { worker = var.tell_worker_role, kind = "read" }
      effect = { worker = var.effect_worker_role, kind = "act" }
    } : part => one
    if one.worker != "" && contains(keys(local.roles), one.kind)
  }
}

resource "aws_iam_role_policy" "becomes" {
  for_each = local.becomes
  name     = "OpsSentinel-${each.key}-becomes-${each.value.kind}"
  role     = each.value.worker

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "BecomeTheRole"
      Effect   = "Allow"
      Action   = ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"]
      Resource = [aws_iam_role.opssentinel[each.value.kind].arn]
    }]
  })
}
