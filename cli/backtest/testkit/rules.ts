import { installation, sha256 } from '../../installation.js';
import { loadFiles } from '../../../rules/language/load.js';
import { problemText } from '../../../rules/language/problem.js';
import type { Judges } from '../outline.js';

const header = 'apiVersion: opssentinel.dev/v1';
const parts: Readonly<Record<string, string>> = {
  cpu: `rule: cpu
owner: team-web
when: [alert.namespace == "AWS/EC2", alert.threshold >= 90.0]
target: alert.labels.InstanceId
run: restart-ec2-instance
mode: { staging: auto, prod: approve }`,
  disk: `rule: disk
owner: team-web
when: [alert.metric == "disk_used_percent"]
target: alert.labels.InstanceId
run: clean
with: { path: { from: alert.labels.path } }
mode: { staging: auto, prod: auto }`,
  tasks: `rule: tasks
owner: team-web
when: [alert.metric == "RunningTaskCount"]
target: { cluster: alert.labels.ClusterName, service: alert.labels.ServiceName }
require: [target.runningCount < target.desiredCount]
run: redeploy
guards: { onAcknowledge: ask }`,
  restart: `runbook: restart-ec2-instance
owner: platform
uses: aws.lambda.invoke
target: aws.ec2.instance
with: { function: ops-restart-instance, version: "7", payload: { instanceId: { from: target.name } } }
risk: disruptive
require: [target.autoScalingGroup == ""]
undo: none`,
  clean: `runbook: clean
owner: platform
uses: aws.ssm.run-command
target: aws.ec2.instance
inputs: { path: { type: path, oneOf: ["/", "/var"] } }
with:
  document: OpsSentinel-CleanTempFiles
  version: "3"
  sha256: ${'0a'.repeat(32)}
  parameters: { Path: { from: inputs.path } }
  startWithin: 60s
  timeout: 120s
risk: disruptive
undo: none`,
  redeploy: `runbook: redeploy
owner: platform
uses: aws.ssm.start-automation
target: aws.ecs.service
with:
  document: OpsSentinel-RedeployService
  version: "7"
  sha256: ${'0a'.repeat(32)}
  parameters: { Cluster: { from: target.cluster }, Service: { from: target.name } }
risk: disruptive
undo: none`,
  policy: `policy: test
environments:
  staging:
    accounts: { "111122223333": { regions: [eu-west-1], read: Read, act: Act } }
    pagerduty: [PSVC001]
    ceiling: auto
  prod:
    accounts: { "444455556666": { regions: [eu-west-1], read: Read, act: Act } }
    pagerduty: [PSVC002]
    ceiling: auto
teams: { team-web: { pagerduty: PTEAM01 } }`,
};

/** The text of a file of rules; parts may be replaced, or, as `undefined`, left out. */
export const ruleText = (changes: Readonly<Record<string, string | undefined>> = {}): string =>
  Object.values({ ...parts, ...changes })
    .filter((part) => part !== undefined)
    .map((part) => `${header}\n${part}\n`)
    .join('---\n');

export const part = (name: keyof typeof parts): string => parts[name] ?? '';

/** These rules with everything real that decides. */
export function judgesOf(changes: Readonly<Record<string, string | undefined>> = {}): Judges {
  const { catalogue, registry } = installation({});
  const loaded = loadFiles([{ path: 'rules/all.yaml', text: ruleText(changes) }], 'rules', catalogue, sha256);
  if (!loaded.ok) throw new Error(loaded.problems.map(problemText).join('\n'));
  return { set: loaded.set, catalogue, registry, hash: sha256 };
}
