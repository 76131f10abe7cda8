import type { Trap } from './trap.js';

const at = 'integrations/aws/actions';
const [start, status, lifecycle] = [
  `${at}/ssm-start-automation.test.ts`,
  `${at}/automation-status.test.ts`,
  `${at}/automation-lifecycle.test.ts`,
];
const [command, commandStatus] = [`${at}/ssm-run-command.test.ts`, `${at}/command-status.test.ts`];
const [lambda, lambdaAnswer, lambdaFunction] = [
  `${at}/lambda-invoke.test.ts`,
  `${at}/lambda-answer.test.ts`,
  `${at}/lambda-function.test.ts`,
];
const [group, capacity, redeploy, rollout, count] = [
  `${at}/autoscaling-set-desired-capacity.test.ts`,
  `${at}/capacity.test.ts`,
  `${at}/ecs-redeploy-service.test.ts`,
  `${at}/rollout-wait.test.ts`,
  `${at}/ecs-set-desired-count.test.ts`,
];
const [power, rds] = [`${at}/ec2-power.test.ts`, `${at}/rds-reboot.test.ts`];
const [documents, sessions, client] = [
  'integrations/aws/documents.test.ts',
  'integrations/aws/clients/sessions.test.ts',
  'integrations/aws/client.test.ts',
];
const [iam, rights] = ['tests/deploy/iam.test.ts', 'integrations/aws/iam/rights.test.ts'];

export const awsTraps: readonly Trap[] = [
  [
    '5',
    'six protocols on the wire',
    'integrations/aws/models.test.ts',
    'has in fact been answered so, in the shape of its protocol',
  ],
  ['5', 'one request per call', client, 'a write that meets %s is sent once'],

  ['5.1', 'the default version can move', start, 'refuses the version %j'],
  ['5.1', 'the content is pinned too', start, 'refuses a document whose content is not the one that was approved'],
  ['5.1', 'a token of 36 characters, ours to make', start, 'is a UUID of 36 characters'],
  ['5.1', 'the case of a token means nothing', lifecycle, 'a token in capitals is the same token'],
  ['5.1', 'a used token with other parameters', lifecycle, 'a used token with other parameters is IdempotentParameterMismatch'],
  [
    '5.1',
    'an identical repeat may answer the same or an error',
    start,
    'may be answered with the same execution instead of an error',
  ],
  ['5.1', 'a lost start is found by its tag', start, 'finds its own among the executions of other attempts'],
  ['5.1', 'parameters are lists of texts', `${at}/parameters.test.ts`, 'travel as lists of one text each'],
  ['5.1', 'short ones', `${at}/parameters.test.ts`, 'keep the limits of SSM'],
  ['5.1', 'few tags, and a right to set them', lifecycle, 'cover every right that it says it needs'],
  ['5.1', '19 states', status, 'knows every status of the SDK, and no other'],
  ['5.1', 'a state of tomorrow is no success', status, 'a status that nobody knows is still running'],
  ['5.1', 'success of rate control hides failed children', lifecycle, 'is a success only when every child was one'],
  ['5.1', 'the version in the answer proves the pin', status, 'a success of another document version is a failure'],
  ['5.1', 'not found just after the start', lifecycle, 'just after it the execution is not found'],
  ['5.1', 'missing documents and versions', start, 'tells a missing document and a missing version apart'],
  ['5.1', 'stopping', lifecycle, 'is cancelled at SSM, although SSM does not find it yet'],
  [
    '5.1',
    'signals, and steps that wait for approval',
    { whyNot: 'Our documents have no such step: people approve before the start.' },
  ],
  ['5.1', 'a quota of executions at once', 'integrations/aws/errors.test.ts', '%s', 'AutomationExecutionLimitExceededException'],

  ['5.2', 'no token: the comment is the only mark', command, 'finds a command whose answer was lost'],
  ['5.2', 'commands cannot be filtered by it', command, 'tells its own from the commands of other attempts'],
  ['5.2', 'two timeouts: delivery and execution', command, 'its timeout stands in one place'],
  ['5.2', 'both together are how long it may take', command, 'is unknown when delivery and execution should be over'],
  ['5.2', 'the hash pins the content', command, 'is refused by SSM itself when the content changes'],
  ['5.2', 'states and their details', commandStatus, 'knows every status of the SDK, and no other'],
  ['5.2', 'spelled with and without spaces', commandStatus, '%s, %s is failed', 'DeliveryTimedOut'],
  ['5.2', 'success is exit code 0 and no more', commandStatus, 'Success with another exit code'],
  ['5.2', 'an agent that dies leaves it in progress', command, 'whose agent died is unknown'],
  ['5.2', 'no invocation at first', command, 'is not lost because its invocation does not exist at first'],
  ['5.2', 'output is cut', commandStatus, 'tells the last line of a failure'],
  ['5.2', 'a free shell document is root', command, 'no document %s', 'AWS-RunShellScript'],
  ['5.2', 'exit code 194 after a reboot', { whyNot: 'None of our documents reboots the machine that it runs on.' }],

  ['5.3', '200 with a function error', lambda, 'with a function error is a failure, although it is an HTTP 200'],
  ['5.3', 'whatever else the answer says', lambdaAnswer, 'is never a success with a function error'],
  ['5.3', 'numeric versions alone', lambdaFunction, 'no version %j'],
  ['5.3', 'the executed version proves it', lambda, 'of another version is a failure'],
  ['5.3', 'no token for an ordinary function', lambda, 'that is lost leaves it unknown whether it ran'],
  ['5.3', 'the function may refuse a repeat', lambda, 'tells the function the attempt key'],
  ['5.3', 'a durable function is named', lambda, 'is named after the attempt, found again'],
  ['5.3', 'the name with another payload', lambda, 'whose name was used with another payload'],
  ['5.3', 'the SDK would invoke again', client, 'a write that meets %s is sent once'],
  ['5.3', 'a function that runs longer than anybody waits', lambda, 'refuses a function that may run longer than anybody waits'],
  ['5.3', 'throttled is not done', lambda, 'of a throttled call says that nothing was done'],
  [
    '5.3',
    'asynchronous invocations repeat by themselves',
    { whyNot: 'Functions are invoked synchronously; a durable one asynchronously by name, which joins its repeats.' },
  ],

  ['5.4', 'an answer without an id', group, 'proves absence only where the old number stands'],
  ['5.4', 'the cooldown is not honoured by default', group, 'honours the cooldown'],
  ['5.4', 'outside its bounds', group, 'is refused by AWS itself where the group'],
  ['5.4', 'an absolute number from a stale read', group, 'changes nothing when somebody else was quicker'],
  ['5.4', 'bounds are not ours to move', group, 'for nothing that moves their bounds'],
  ['5.4', 'narrower of two bounds', capacity, 'keeps to the narrower of the runbook'],
  ['5.4', 'states of an activity', group, 'goes on while an activity is %s'],
  ['5.4', 'a successful activity is no capacity', group, 'never takes a Successful activity'],
  ['5.4', 'a stopped member is replaced', power, 'a member of an Auto Scaling group is refused'],

  ['5.5', 'every call begins another deployment', redeploy, 'does not come on top of what began since admission'],
  ['5.5', 'our deployment is told by its id', redeploy, 'takes the one new deployment of the same revision for ours'],
  ['5.5', 'a family without a revision takes the newest', redeploy, 'is the revision that runs, and only ever that'],
  ['5.5', 'a rollback vanishes into a new PRIMARY', redeploy, 'fails when it has vanished into the new PRIMARY'],
  ['5.5', 'another deployment’s end is not ours', rollout, 'never takes another deployment'],
  ['5.5', 'a count begins no deployment', count, 'sets the number, and begins no deployment'],
  [
    '5.5',
    'a restart pulls `latest` anew: the plan says so',
    redeploy,
    'is the revision that runs, and only ever that',
    "toContain('latest')",
  ],

  ['5.6', 'a reboot shows in no state', power, 'has ended when the checks left ok and came back'],
  ['5.6', 'a terminated instance is ignored in silence', power, 'which EC2 would ignore in silence'],
  ['5.6', 'a stopped one is IncorrectState', power, 'is refused by EC2: a conflict'],
  ['5.6', 'a dry run that works is an error', power, 'answers a dry run that would have worked with an error'],
  ['5.6', 'RDS: only while available', rds, 'a database that is %s is left alone'],
  ['5.6', 'RDS: the second reboot fails by itself', rds, 'a second one during it is a conflict'],
  ['5.6', 'RDS: failover needs a standby', rds, 'a failover where there is no standby is refused'],
  ['5.6', 'RDS: custom engines and clusters', rds, '%s is refused', 'RDS Custom'],

  ['5.7', 'a restart is a stop and a start', power, 'stops, starts when it has stopped'],
  ['5.7', 'what it loses', power, 'says what it loses'],
  ['5.7', 'without a role it uses the caller’s rights', documents, 'acts as a role that is given to it'],
  [
    '5.7',
    'no runbook of AWS redeploys a service',
    'integrations/aws/capacity-reads.test.ts',
    'redeploys the service that its parameters name',
  ],
  ['5.7', 'StopEC2Instance forces', { whyNot: 'It is used by nothing: our restart stops without force.' }],

  [
    '5.8',
    'document and execution are authorised apart, the version by a condition',
    iam,
    'another version of a document or a function is refused',
  ],
  ['5.8', 'documents of AWS have an empty account', lifecycle, 'of a document of AWS have no account'],
  ['5.8', 'the role that is passed', lifecycle, 'let it pass its one role to SSM alone'],
  ['5.8', 'who may become an automation’s role', iam, 'serves SSM for executions of its own account alone'],
  ['5.8', 'a command: document and instances apart', command, 'needs the right to this document and to allowed instances, apart'],
  ['5.8', 'a function by its version', lambda, 'needs the right to invoke this version and no other'],
  ['5.8', 'groups, services, instances by tag', iam, 'what is not tagged for it is refused'],
  ['5.8', 'terminating and deleting are denied', iam, 'refuses %s although another policy allows everything'],
  ['5.8', 'policies have a largest size', rights, 'none of them beyond the limit'],

  ['5.9', 'which characters a session may have', sessions, 'are what STS takes'],
  ['5.9', 'session name, source identity, tags', sessions, 'every call runs as a session of the role'],
  ['5.9', 'the trust needs two rights more', iam, 'nobody without %s'],
  ['5.9', 'no other tag comes in', iam, 'no other tag comes in with a session'],
  ['5.9', 'sessions end', sessions, 'renews a session before it ends'],
  ['5.9', 'CloudTrail is minutes late', `${at}/seen-trail.test.ts`, 'while CloudTrail may be behind'],

  ['9', 'AWS: an automation is not found just after its start', lifecycle, 'just after it the execution is not found'],
  ['9', 'AWS: IdempotentParameterMismatch', lifecycle, 'IdempotentParameterMismatch'],
  ['9', 'AWS: a command whose answer is lost', command, 'finds a command whose answer was lost'],
  ['9', 'AWS: no invocation three times', command, 'its invocation does not exist at first'],
  ['9', 'AWS: a function error with 200', lambda, 'with a function error is a failure'],
  ['9', 'AWS: ScalingActivityInProgress', group, 'honours the cooldown'],
  ['9', 'AWS: a deployment that is rolled back', redeploy, 'fails when the circuit breaker rolls it back'],
  ['9', 'AWS: InvalidDBInstanceState', rds, 'a second one during it is a conflict'],
  ['9', 'AWS: throttling', client, 'takes over how long to wait when it is throttled'],
];
