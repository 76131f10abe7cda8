import { randomUUID } from 'node:crypto';
import type { SimulatedDocument } from './documents.js';
import type { AwsWorld } from './world.js';
import type { Scope } from './wire.js';

type Status = string;

export interface SimulatedAutomation {
  id: string;
  account: string;
  region: string;
  document: string;
  version: string;
  parameters: Record<string, string[]>;
  tags: Record<string, string>;
  /** Epoch milliseconds. */
  startedAt: number;
  endedAt: number | undefined;
  /** Of an execution with rate control: it only starts children. */
  rateControlled?: boolean;
  parent?: string;
  status: Status;
  steps: { name: string; action: string; status: Status; message: string | undefined }[];
}

export interface StartRequest {
  document: SimulatedDocument;
  version: string;
  parameters: Record<string, string[]>;
  tags: Record<string, string>;
}

export interface Automations {
  all: Map<string, SimulatedAutomation>;
  start: (scope: Scope, request: StartRequest) => SimulatedAutomation;
  stop: (automation: SimulatedAutomation) => void;
  /** The one that was started last has rate control, and its children ended so: it is a success itself, as with MaxErrors above 0. */
  becomeParent: (children: readonly Status[]) => void;
  /** The next one that is started ends in this status, whatever it does. */
  endNextWith: (status: Status | undefined) => void;
  reset: () => void;
}

/** How long a whole automation takes. Milliseconds at speed 1; the real ones take minutes. */
const wholeRun = 1_200;

export const instanceOf = ({ parameters }: Pick<SimulatedAutomation, 'parameters'>): string =>
  parameters['InstanceId']?.[0] ?? '';

/** What it works on, as the ledger of effects names it. */
export const subjectOf = (automation: Pick<SimulatedAutomation, 'parameters'>): string =>
  instanceOf(automation) || (automation.parameters['Service']?.[0] ?? '');

/** Runs automations step by step on the sandbox's clock. */
export function createAutomations(world: AwsWorld): Automations {
  const all = new Map<string, SimulatedAutomation>();
  let nextEnd: Status | undefined;
  const now = () => world.sandbox.now();

  const end = (automation: SimulatedAutomation, status: Status): void => {
    automation.status = status;
    automation.endedAt = now();
    const instance = world.instances.get(instanceOf(automation));
    if (instance && status === 'Success') Object.assign(instance, { state: 'running', checks: 'ok' });
    if (status === 'Success') world.repaired(automation.document, instanceOf(automation));
  };

  const run = (automation: SimulatedAutomation, index: number, ending: Status | undefined): void => {
    if (automation.status !== 'InProgress') return;
    const step = automation.steps[index];
    if (!step) return end(automation, 'Success');
    step.status = 'InProgress';
    act(world, automation, step.action, index);
    world.works.get(automation.document)?.begin(automation, step.name);
    world.sandbox.later(world.paced(wholeRun / automation.steps.length), () => {
      if (automation.status !== 'InProgress') return;
      const last = index === automation.steps.length - 1;
      const problem = problemOf(world, automation, step.name);
      const failed = problem !== undefined ? 'Failed' : last ? ending : undefined;
      step.status = failed && failed !== 'Success' ? failed : 'Success';
      step.message = problem;
      if (failed) end(automation, failed);
      else run(automation, index + 1, ending);
    });
  };

  return {
    all,
    start: (scope, { document, version, parameters, tags }) => {
      const automation: SimulatedAutomation = {
        id: randomUUID(),
        account: scope.account,
        region: scope.region,
        document: document.name,
        version,
        parameters,
        tags,
        startedAt: now(),
        endedAt: undefined,
        status: 'InProgress',
        steps: document.steps.map((step) => ({ ...step, status: 'Pending', message: undefined })),
      };
      all.set(automation.id, automation);
      run(automation, 0, nextEnd);
      nextEnd = undefined;
      return automation;
    },
    stop: (automation) => {
      if (automation.endedAt === undefined) end(automation, 'Cancelled');
    },
    becomeParent: (children) => {
      const parent = [...all.values()].at(-1);
      if (!parent) return;
      parent.rateControlled = true;
      for (const status of children) {
        const { tags: _tags, rateControlled: _rate, ...like } = parent;
        const child = { ...like, id: randomUUID(), tags: {}, parent: parent.id, status, endedAt: now(), steps: [] };
        all.set(child.id, child);
      }
    },
    endNextWith: (status) => {
      nextEnd = status;
    },
    reset: () => {
      all.clear();
      nextEnd = undefined;
    },
  };
}

/** Why a step fails as its time is over, if it does. */
function problemOf(world: AwsWorld, automation: SimulatedAutomation, step: string): string | undefined {
  const work = world.works.get(automation.document);
  if (work) return work.problem(automation, step);
  if (world.instances.get(instanceOf(automation))?.account === automation.account) return undefined;
  return `Step fails when it is Execute/Cancelling action. The instance ID '${instanceOf(automation)}' does not exist`;
}

/** What a step does to the instance while it runs. */
function act(world: AwsWorld, automation: SimulatedAutomation, action: string, index: number): void {
  const instance = world.instances.get(instanceOf(automation));
  if (!instance || instance.account !== automation.account) return;
  if (automation.document === 'OpsSentinel-RestartInstance' && action === 'aws:changeInstanceState')
    Object.assign(
      instance,
      index === 0
        ? { state: 'stopping', checks: 'not-applicable' }
        : { state: 'pending', checks: 'initializing', launchedAt: world.sandbox.now() },
    );
  if (automation.document === 'OpsSentinel-RebootInstance' && action === 'aws:executeAwsApi') instance.checks = 'initializing';
}
