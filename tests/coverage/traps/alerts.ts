import type { Trap } from './trap.js';

const [sns, hostile, bridge] = [
  'integrations/aws/doors/sns.test.ts',
  'integrations/aws/doors/sns-hostile.test.ts',
  'integrations/aws/doors/eventbridge.test.ts',
];
const [body, source] = ['integrations/aws/bodies/cloudwatch.test.ts', 'integrations/aws/sources/cloudwatch.test.ts'];
const [receive, wire, followers] = [
  'integrations/grafana/receive.test.ts',
  'integrations/grafana/wire.test.ts',
  'integrations/grafana/followers.test.ts',
];
const [shared, alertmanager] = [
  'integrations/wire/alertmanager/webhook.test.ts',
  'integrations/alertmanager/alertmanager.test.ts',
];
const [push, entry] = ['integrations/loki/push.test.ts', 'integrations/loki/entry.test.ts'];

/** Sections 2 and 3: alarms of CloudWatch, Grafana, Alertmanager, Loki. */
export const alertTraps: readonly Trap[] = [
  ['2.1', 'JSON that calls itself text/plain', sns, 'signed by version %s begins an incident'],
  ['2.1', 'two signature versions', sns, 'signed by version %s begins an incident'],
  ['2.1', 'Subject is signed only where it is present', sns, 'is proven without a subject'],
  ['2.1', 'null Subject of Lambda’s envelope', sns, 'with one that is null as Lambda has it'],
  ['2.1', 'order of the signed fields', hostile, 'a signature over the fields in another order'],
  [
    '2.1',
    'where the certificate may stand',
    hostile,
    '%j is refused, and nobody is asked',
    'sns.evil.amazonaws.com.attacker.tld',
  ],
  ['2.1', 'the certificate is Amazon’s', hostile, 'a certificate that is %s is refused'],
  ['2.1', 'certificates are kept by address', sns, 'reads a certificate once for many messages'],
  ['2.1', 'any account signs well: topics are listed', sns, 'is closed while no topic is named'],
  ['2.1', 'the subscription is confirmed only when proven, by our own call', sns, 'is confirmed by our own call'],
  ['2.1', 'the end of a subscription signs other fields', sns, 'that ended is proven by its own list of fields'],
  ['2.1', 'the same message id when it comes again', sns, 'is one event however often it comes'],
  ['2.1', 'few retries: what cannot be proven now must come again', sns, 'a certificate that cannot be read now'],
  ['2.1', 'raw delivery has no signature', sns, 'raw delivery is refused for good'],

  ['2.2', 'Message is JSON in text', body, 'is the same as text, and inside its SNS envelope'],
  ['2.2', 'Region is a name for people', body, 'never from the display name'],
  ['2.2', 'lower-case dimension keys, upper-case statistic', body, 'is read with account and region from the ARN'],
  ['2.2', 'times that end in +0000', body, 'however the time is written'],
  ['2.2', 'optional parts and a null description', body, 'may lack its description and other optional parts'],
  ['2.2', 'metric math', body, 'of metric math: only what all its metrics share'],
  ['2.2', 'composite alarms have no trigger', body, 'of a composite alarm: no metric and no labels'],
  ['2.2', 'a composite alarm whose children are not told', source, 'with a composite child, with none'],
  ['2.2', 'a Subject of 100 characters', body, 'and a subject that was cut'],
  ['2.2', 'tags of tomorrow', body, 'does not mind tags, keys of tomorrow'],

  [
    '2.3',
    'dimensions are a map, and keys are of another case',
    source,
    'has one key by PagerDuty’s body, by SNS, by EventBridge',
  ],
  ['2.3', 'other kinds of events', bridge, '%s is written down'],
  ['2.3', 'at least once', source, 'has one key and one number'],
  ['2.3', 'nothing proves the sender but a token', bridge, 'without a proof is refused before its body is looked at'],
  [
    '2.4',
    'the alarm stands in the alert’s details or only in its common fields',
    'integrations/pagerduty/normalise.test.ts',
    'finds a body that stands in the common event fields only',
  ],
  ['2.4', 'OK resolves', 'integrations/pagerduty/sender.test.ts', 'ALARM is triggered and OK is resolved'],
  ['2.4', 'the dedup key is not known', source, 'has one key by PagerDuty’s body'],
  [
    '2.4',
    'subject and state must agree, or the event is discarded in silence',
    { whyNot: 'It happens between CloudWatch and PagerDuty; we send neither.' },
  ],

  ['3.1', 'values may be null', receive, 'a firing alert whose values are null'],
  ['3.1', 'optional and new keys', shared, 'does not mind nulls, absent parts and keys of tomorrow'],
  ['3.1', 'a fingerprint is no occurrence', shared, 'an occurrence is named by fingerprint and start'],
  ['3.1', 'a template replaces the body', receive, 'a body of a template is kept'],
  ['3.1', 'bare hex, without a prefix', receive, 'is bare lower-case hex over the body'],
  ['3.1', 'with a time header, time and body are signed', receive, 'is over "<time>:<body>"'],
  ['3.1', 'headers have free names', receive, 'where a timestamp header is configured'],
  ['3.1', 'what fails is not sent again', wire, 'may be lost: Grafana does not send again'],
  ['3.1', 'no delivery id', wire, 'is repeated at every interval under one id'],
  ['3.1', 'groups, also cut off', wire, 'may be a group, of which some have ended and some were cut off'],
  ['3.1', 'Alertmanager: version 4 and newest keys', alertmanager, 'takes version 4 with its newest fields'],
  ['3.1', 'Alertmanager: 5xx comes again', alertmanager, 'hears the same twice when the first answer was 5xx'],

  ['3.2', 'annotations have no key', followers, 'are made once when the answer to the first was lost'],
  ['3.2', 'times in milliseconds', followers, 'reach from the start of an effect until it was verified'],
  ['3.2', 'without a dashboard they belong to the organisation', followers, 'stand on the dashboard that is configured'],
  ['3.2', 'silences have no key', followers, 'are made once, also after a lost answer'],
  ['3.2', 'file provisioning', 'tests/deploy/grafana.test.ts', 'is in the folder that the provider reads'],
  ['3.2', 'an edited silence has another id', { whyNot: 'We edit none: one is made, and taken back.' }],
  [
    '3.2',
    'a dashboard is versioned, and a clash is 409',
    { whyNot: 'Dashboards are provisioned from files, not written by the API.' },
  ],

  ['3.3', 'a time is text of nanoseconds', entry, 'is exact where a number would round'],
  ['3.3', 'structured metadata is flat text', entry, 'holds the whole line, and ids as flat texts'],
  ['3.3', '260 is not stored', push, '260 is 2xx, and not stored'],
  ['3.3', 'a tenant may be needed', push, 'a tenant that is missing'],
  ['3.3', 'rates are limited', push, 'too much at once comes later'],
  ['3.3', 'long lines are discarded', entry, 'is never longer than a line of Loki may be'],
  ['3.3', 'too old, too new, too long', push, '%s: for good, and the lines beside it are stored'],
  ['3.3', 'few labels', push, 'has few labels'],
  ['3.3', 'the same line at the same time is dropped', push, 'arrives once, however often the same lines are sent'],
  ['3.3', 'a line out of order is taken, within limits', push, 'further behind than its stream takes'],
  ['3.3', 'OTLP has another address and other names', { whyNot: 'We push by Loki’s own API.' }],

  ['9', 'SNS: versions 1 and 2', sns, 'signed by version %s begins an incident'],
  ['9', 'SNS: no Subject', sns, 'is proven without a subject'],
  [
    '9',
    'SNS: a certificate on a host that only looks right',
    hostile,
    '%j is refused, and nobody is asked',
    'sns.evil.amazonaws.com.attacker.tld',
  ],
  ['9', 'SNS: a foreign topic', sns, 'of a topic that is not ours is not confirmed'],
  ['9', 'SNS: a composite alarm', sns, 'of a composite alarm, of metric math'],
  ['9', 'SNS: text/plain', sns, 'signed by version %s begins an incident'],
  ['9', 'Grafana: no HMAC', wire, 'is not signed, and taken only by who shows a token'],
  ['9', 'Grafana: HMAC without a time', wire, 'is signed over the body'],
  ['9', 'Grafana: HMAC with a time', wire, 'is signed over time and body'],
  ['9', 'Grafana: values that are null', receive, 'a firing alert whose values are null'],
  ['9', 'Grafana: a group that has only ended', receive, 'a group in which nothing fires any more'],
];
