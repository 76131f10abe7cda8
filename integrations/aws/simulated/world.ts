import type { AlarmEvent, SandboxWorld } from '../../contract/simulator.js';
import { createDisks, type Disks } from './disks.js';
import { type SimulatedDocument, sha256, shippedDocuments } from './documents.js';
import { helpless, type SimulatedInstance, shippedInstances } from './instances.js';

export interface AlarmLife {
  state: 'ALARM' | 'OK';
  /** Epoch milliseconds. */
  since: number;
}

/** An automation, as far as what it works on needs to know it. */
export interface Commission {
  id: string;
  account: string;
  region: string;
  parameters: Readonly<Record<string, string[]>>;
}

/** What a document does to something that is no instance, step by step. */
export interface DocumentWork {
  /** As a step begins. */
  begin: (commission: Commission, step: string) => void;
  /** Why a step fails, as its time is over; `undefined`: it succeeded. */
  problem: (commission: Commission, step: string) => string | undefined;
}

/** What the simulated services share: instances, documents, and how the alarms stand. */
export interface AwsWorld {
  sandbox: SandboxWorld;
  instances: Map<string, SimulatedInstance>;
  documents: Map<string, SimulatedDocument>;
  disks: Disks;
  /** By the document's name; said by whoever simulates what it works on. */
  works: Map<string, DocumentWork>;
  lifeOf: (alarm: string) => AlarmLife;
  /** A document did its work on an instance: after a while its alarms end, unless this is known not to help. */
  repaired: (document: string, instanceId: string) => void;
  /** Something mended what has all of these dimensions (or is about them): after a while its alarms end. */
  heal: (match: Readonly<Record<string, string>>) => void;
  /** Somebody uploads other content under the same name and version. */
  replaceDocument: (name: string, content: string) => void;
  /** At most so many per page, where somebody said so: AWS may always give fewer than it was asked for. */
  pageOf: number | undefined;
  /** One page of a list, from a token that is the place of its first item. */
  page: <Item>(items: readonly Item[], token: unknown) => { page: Item[]; next: string | undefined };
  /** Milliseconds of the real thing in this run. */
  paced: (ms: number) => number;
  reset: () => void;
}

/** How long an alarm takes to see that its metric is well again. Milliseconds at speed 1. */
const alarmNotices = 600;

export function createAwsWorld(sandbox: SandboxWorld): AwsWorld {
  const began = sandbox.now();
  const alarms = new Map<string, AlarmLife>();
  const paced = (ms: number): number => ms * sandbox.settings.speed;
  sandbox.on('alarm', (data) => {
    const { name, state } = data as AlarmEvent;
    if (world.lifeOf(name).state !== state) alarms.set(name, { state, since: sandbox.now() });
  });
  const clear = (match: Readonly<Record<string, string>>): void => {
    for (const { name, dimensions, about } of sandbox.alarms) {
      const has: Record<string, string> = { ...dimensions, ...about };
      const ends = Object.entries(match).every(([key, value]) => has[key] === value) && world.lifeOf(name).state === 'ALARM';
      if (ends) sandbox.emit('alarm', { name, state: 'OK' } satisfies AlarmEvent);
    }
  };
  const world: AwsWorld = {
    sandbox,
    instances: shippedInstances(began),
    documents: shippedDocuments(),
    disks: createDisks(sandbox),
    works: new Map(),
    pageOf: undefined,
    page: (items, token) => {
      const from = Number(token ?? 0);
      const to = from + (world.pageOf ?? items.length);
      return { page: items.slice(from, to), next: to < items.length ? String(to) : undefined };
    },
    paced,
    lifeOf: (alarm) => alarms.get(alarm) ?? { state: 'OK', since: began },
    repaired: (document, instanceId) => {
      if (!helpless[document]?.includes(instanceId)) world.heal({ InstanceId: instanceId });
    },
    heal: (match) => sandbox.later(paced(alarmNotices), () => clear(match)),
    replaceDocument: (name, content) => {
      const document = world.documents.get(name);
      if (document) world.documents.set(name, { ...document, content, hash: sha256(content) });
    },
    reset: () => {
      alarms.clear();
      world.instances = shippedInstances(sandbox.now());
      world.documents = shippedDocuments();
      world.disks.reset();
      world.pageOf = undefined;
    },
  };
  return world;
}
