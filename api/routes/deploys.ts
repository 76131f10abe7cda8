import { toldToUs } from '../../domain/deploy.js';
import { deployProblem } from '../deploy-notice.js';
import { Problem } from '../problem.js';
import { defineRoute } from '../route.js';
import { DeployBody, DeployView } from '../shapes.js';

export const postDeploy = defineRoute({
  method: 'post',
  path: '/api/v1/deploys',
  scope: 'operator',
  summary: 'Tell of a deployment: while it runs, and for a while after, nothing is done to its service.',
  description:
    'Send it when it begins and, with the same `id` and an `endedAt`, when it ends. Sent again it changes nothing. One whose end is never told counts as running for a day.',
  body: DeployBody,
  responses: { 200: { says: 'What is known of it now.', schema: DeployView } },
  handle: async ({ ledger, now }, { body }) => {
    const { startedAt, endedAt, ...rest } = body;
    const at = new Date(now()).toISOString();
    // An end alone does not say when it began; what was told of that before stays.
    const deploy = { ...rest, startedAt: startedAt ?? (endedAt !== undefined && Date.parse(endedAt) < now() ? endedAt : at) };
    const told = endedAt === undefined ? deploy : { ...deploy, endedAt };
    const problem = deployProblem(told, now());
    if (problem !== undefined) throw new Problem(400, `This is no deployment: ${problem}.`);
    return { status: 200, body: await ledger.putDeploy(toldToUs, told) };
  },
});
