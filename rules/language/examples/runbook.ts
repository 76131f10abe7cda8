import { verifyDefaults } from '../../../domain/guard-defaults.js';
import type { KeyTexts, SameKeys } from './key-text.js';

const inputs: KeyTexts = {
  inputs: {
    says: 'All that a rule may say to this runbook, and no more. Every input is bounded; there is no free text.',
    without: 'a rule can say nothing',
    example: 'inputs: { graceSeconds: { type: int, min: 0, max: 120, default: 30 } }',
  },
  'inputs.*.type': {
    says: 'int, duration, path, enum, string or boolean.',
    example: 'inputs: { force: { type: boolean, default: false } }',
  },
  'inputs.*.min': {
    says: 'The least: of an int, or of a duration.',
    example: 'inputs: { graceSeconds: { type: int, min: 0, max: 120, default: 30 } }',
  },
  'inputs.*.max': {
    says: 'The most: of an int, or of a duration.',
    example: 'inputs: { olderThan: { type: duration, min: 1h, max: 30d, default: 24h } }',
  },
  'inputs.*.default': {
    says: 'What holds where a rule does not say it; it must fit the bounds itself.',
    without: 'every rule must say it',
    example: 'inputs: { graceSeconds: { type: int, min: 0, max: 120, default: 30 } }',
  },
  'inputs.*.oneOf': {
    says: 'Every value that may be said: of an enum any text, of a path absolute paths without `..`.',
    example: 'inputs: { path: { type: path, oneOf: ["/", "/var"], default: /var } }',
  },
  'inputs.*.pattern': {
    says: 'The RE2 pattern that the whole text must match; anchored by `^` and `$`.',
    example: 'inputs: { unit: { type: string, pattern: "^[a-z][a-z0-9-]{0,30}$", default: web } }',
  },
  'inputs.*.maxLength': {
    says: 'The longest text.',
    without: '256 characters',
    example: 'inputs: { unit: { type: string, pattern: "^[a-z-]+$", maxLength: 32, default: web } }',
  },
};

/** Of an action that can be stopped. */
const stopOn =
  'uses: aws.ssm.start-automation\nwith:\n  document: OpsSentinel-RebootInstance\n  version: "7"\n  sha256: 55a5924a29d2eb01380ddb7218ea9f563c7cdce32b7fb72150766f6a22716710\n  parameters: { InstanceId: { from: target.name } }\nstopOn: { check: aws.cloudwatch.alarm-ok, with: { alarm: checkout-errors } }';

export const runbookKeys: KeyTexts = {
  apiVersion: { says: 'The version of the language.', example: 'apiVersion: opssentinel.dev/v1' },
  runbook: {
    says: 'The runbook’s name, once in all files: what a rule runs.',
    example: 'runbook: restart-ec2-instance',
  },
  description: {
    says: 'A sentence for people: what is done.',
    without: 'nothing is shown',
    example: 'description: A function of ours stops and starts one instance.',
  },
  owner: { says: 'Who answers for what is done.', example: 'owner: platform' },
  docs: { says: 'A link to the page about it.', without: 'no link', example: 'docs: https://wiki.example.com/restart' },
  uses: {
    says: 'The action: what OpsSentinel can do. One runbook is one approved use of it.',
    example: 'uses: aws.lambda.invoke',
  },
  target: { says: 'The type of what it is done to.', example: 'target: aws.ec2.instance' },
  ...inputs,
  with: {
    says: 'The action’s parameters: literals, `{ from: target.… }` or `{ from: inputs.… }`, durations with `unit`. Only `version` and `sha256` may differ by environment; a version is a number, never an alias.',
    example:
      'with:\n  function: ops-restart-instance\n  version: { staging: "12", prod: "7" }\n  payload: { instanceId: { from: target.name } }',
  },
  risk: {
    says: 'additive can be put back, disruptive cannot and loses nothing, destructive loses data or capacity: never automatic. It may be raised above the action’s own, never lowered.',
    example: 'risk: disruptive',
  },
  require: {
    says: 'Conditions over `target` that hold whatever the rule says: read when the plan is made, and again right before the effect.',
    without: 'nothing',
    example: 'require:\n  - target.autoScalingGroup == ""',
  },
  check: {
    says: 'A check without parameters that must say that all is well after the effect.',
    without: 'only what the rule’s `verify` says',
    example: 'check: aws.ec2.status-checks-ok',
  },
  timeout: {
    says: 'How long the effect may run before it counts as failed.',
    without: verifyDefaults.timeout,
    example: 'timeout: 5m',
  },
  stopOn: {
    says: 'A check that is read while the effect runs: as soon as it is not well, what runs is stopped and people have the incident. What cannot be read stops nothing and is said. Only where the action can be stopped; never the alarm that the rule answers to, which fires already.',
    without: 'it runs to its end, or to its `timeout`',
    example: stopOn,
  },
  'stopOn.check': {
    says: 'The check: any that there is.',
    example: stopOn,
  },
  'stopOn.with': {
    says: 'Its parameters.',
    without: 'none',
    example: stopOn,
  },
  undo: {
    says: '`restore` puts back what was recorded before the effect, if it is still ours, when verification fails. Only where the action can.',
    without: 'none',
    example: 'undo: none',
  },
  giveBack: {
    says: 'How long after the incident was closed what was added is given back, if it is still ours; needs `undo: restore`.',
    without: 'never',
    example:
      'uses: aws.autoscaling.set-desired-capacity\ntarget: aws.autoscaling.group\nwith: { add: 1, ceiling: 8 }\nrisk: additive\ncheck: aws.autoscaling.in-service\nundo: restore\ngiveBack: 2h',
  },
};

export const sameRunbookKeys: SameKeys = {};
