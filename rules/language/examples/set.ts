// A small set of the language, one document of each kind: what every example is put into, and what the reference begins with.

export const examplePolicy = `apiVersion: opssentinel.dev/v1
policy: default
environments:
  staging:
    accounts: { "111122223333": { regions: [eu-west-1], read: OpsSentinelRead, act: OpsSentinelAct } }
    pagerduty: [PSVC001]
    ceiling: auto
  prod:
    accounts: { "444455556666": { regions: [eu-west-1], read: OpsSentinelRead, act: OpsSentinelAct } }
    pagerduty: [PSVC002]
    ceiling: approve
teams:
  team-web: { pagerduty: PTEAM01 }
`;

export const exampleRunbook = `apiVersion: opssentinel.dev/v1
runbook: restart-ec2-instance
owner: platform
uses: aws.lambda.invoke
target: aws.ec2.instance
with:
  function: ops-restart-instance
  version: "7"
  payload: { instanceId: { from: target.name } }
risk: disruptive
check: aws.ec2.status-checks-ok
`;

export const exampleRule = `apiVersion: opssentinel.dev/v1
rule: ec2-cpu-high
owner: team-web
when:
  - alert.namespace == "AWS/EC2" && alert.metric == "CPUUtilization"
target: alert.labels.InstanceId
run: restart-ec2-instance
`;

export const exampleCases = `apiVersion: opssentinel.dev/v1
cases: ec2-cpu-high
alert: fixtures/cpu-high.json
world:
  target: { state: running, tags: { opssentinel: allow } }
tests:
  - name: at full CPU it says what it would have done
    expect: { observe: restart-ec2-instance }
`;

/** What examples of single keys name beside those. */
export const exampleOthers = [
  `apiVersion: opssentinel.dev/v1
runbook: clean-temp-files
owner: platform
uses: aws.ssm.run-command
target: aws.ec2.instance
inputs:
  path: { type: path, oneOf: ["/", "/var", "/data"], default: / }
  olderThan: { type: duration, min: 1h, max: 30d, default: 24h }
with:
  document: OpsSentinel-CleanTempFiles
  version: "7"
  sha256: 1f11166e18e9414197477c5ba98645de197cec1a7080f3dc8270542fc73a4324
  parameters: { Path: { from: inputs.path }, MinAgeHours: { from: inputs.olderThan, unit: hours } }
  startWithin: 60s
  timeout: 120s
risk: disruptive
`,
  `apiVersion: opssentinel.dev/v1
runbook: scale-out
owner: platform
uses: aws.autoscaling.set-desired-capacity
target: aws.autoscaling.group
inputs: { by: { type: int, min: 1, max: 4 }, max: { type: int, min: 1, max: 20 } }
with: { add: { from: inputs.by }, ceiling: { from: inputs.max } }
risk: additive
undo: restore
`,
  `apiVersion: opssentinel.dev/v1
rule: node-unhealthy
owner: team-web
when:
  - alert.name == "node-unhealthy"
target: alert.labels.InstanceId
run: restart-ec2-instance
`,
];
