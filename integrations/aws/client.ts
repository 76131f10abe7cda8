import { autoScalingCalls } from './clients/auto-scaling.js';
import { cloudTrailCalls } from './clients/cloudtrail.js';
import { cloudwatchCalls } from './clients/cloudwatch.js';
import { type AwsTimeouts, connect } from './clients/connection.js';
import { ec2Calls } from './clients/ec2.js';
import { ecsCalls } from './clients/ecs.js';
import { iamCalls } from './clients/iam.js';
import { lambdaCalls } from './clients/lambda.js';
import { logsCalls } from './clients/logs.js';
import { rdsCalls } from './clients/rds.js';
import { ssmCalls } from './clients/ssm.js';
import type { AwsConfig } from './config.js';

const standardTimeouts: AwsTimeouts = { connect: 2_000, request: 8_000 };

/** The AWS calls that this product makes, and no others. Each is one HTTP request, at most once, and throws VendorError. */
export function connectAws(config: AwsConfig, timeouts: AwsTimeouts = standardTimeouts, invocationMs?: number) {
  const connection = connect(config, timeouts);
  return {
    autoScaling: autoScalingCalls(connection),
    cloudTrail: cloudTrailCalls(connection),
    cloudwatch: cloudwatchCalls(connection),
    ec2: ec2Calls(connection),
    ecs: ecsCalls(connection),
    iam: iamCalls(connection),
    lambda: lambdaCalls(connection, invocationMs),
    logs: logsCalls(connection),
    rds: rdsCalls(connection),
    ssm: ssmCalls(connection),
    sinks: config.sinks ?? {},
  };
}

export type AwsClient = ReturnType<typeof connectAws>;
