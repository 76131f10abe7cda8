# Our own SSM documents. A change of content is a new version here, and nothing runs it before a runbook pins that version and its hash.
locals {
  document_files = fileset("${path.module}/${var.documents}", "*.yaml")
  documents      = { for name in local.document_files : trimsuffix(name, ".yaml") => file("${path.module}/${var.documents}/${name}") }
}

resource "aws_ssm_document" "opssentinel" {
  for_each        = local.documents
  name            = each.key
  document_format = "YAML"
  # schemaVersion 0.3 are automations, 2.2 are commands that run on a host.
  document_type = startswith(each.value, "schemaVersion: '0.3'") ? "Automation" : "Command"
  content       = each.value
}
