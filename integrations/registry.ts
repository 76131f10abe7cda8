import type { Call } from './contract/call.js';
import { VendorError } from './contract/errors.js';
import type { IntegrationDefinition } from './contract/integration.js';
import type { Bound, Registry } from './contract/registry.js';
import { installed } from './index.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Everything that is installed, by id, with the clients connected on first use. Never fails because of the environment:
 * each wrongly set variable is one line in `problems`, and its integration counts as not connected.
 * Throws Error when two integrations claim one id, which no configuration can mend.
 */
export function createRegistry(
  env: Environment,
  integrations: readonly IntegrationDefinition[] = installed,
): { registry: Registry; problems: string[] } {
  const problems: string[] = [];
  const bound = integrations.map((definition) => bind(definition, env, problems));
  const gather = <Item>(pick: (definition: IntegrationDefinition) => readonly Item[] | undefined): Bound<Item>[] =>
    bound.flatMap(({ definition, join }) =>
      (pick(definition) ?? []).map((item) => ({ ...item, integration: definition.id, with: join })),
    );
  const registry: Registry = {
    integrations: byId(
      'integration',
      bound.map(({ definition: { id, summary, setup, pins, rights, rightsReader, traces }, connected, join }) => ({
        id,
        summary,
        connected,
        ...(setup ? { setup: { ...setup, integration: id, with: join } } : {}),
        ...(pins ? { pins: { ...pins, integration: id, with: join } } : {}),
        ...(rights ? { rights } : {}),
        ...(rightsReader ? { rightsReader: { ...rightsReader, integration: id, with: join } } : {}),
        ...(traces ? { traces } : {}),
      })),
      idOf,
    ),
    sources: byId(
      'source',
      gather((definition) => definition.sources),
      idOf,
    ),
    actions: byId(
      'action',
      gather((definition) => definition.actions),
      idOf,
    ),
    checks: byId(
      'check',
      gather((definition) => definition.checks),
      idOf,
    ),
    targets: byId(
      'target type',
      gather((definition) => definition.targets),
      (target) => target.type,
    ),
    calendars: byId(
      'calendar',
      gather((definition) => definition.calendars),
      idOf,
    ),
    witnesses: gather((definition) => definition.witnesses),
    channels: gather((definition) => definition.channels),
    followers: gather((definition) => definition.followers),
    bodies: integrations.flatMap((definition) => definition.bodies ?? []),
  };
  return { registry, problems };
}

const idOf = (item: { id: string }): string => item.id;

function byId<Item>(kind: string, items: readonly Item[], name: (item: Item) => string): ReadonlyMap<string, Item> {
  const map = new Map<string, Item>();
  for (const item of items) {
    const id = name(item);
    if (map.has(id)) throw new Error(`Two integrations define the ${kind} ${id}. Rename one of them.`);
    map.set(id, item);
  }
  return map;
}

interface BoundIntegration {
  definition: IntegrationDefinition;
  connected: boolean;
  join: Bound<unknown>['with'];
}

function bind(definition: IntegrationDefinition, env: Environment, problems: string[]): BoundIntegration {
  const parsed = definition.config.safeParse(env);
  if (!parsed.success) problems.push(...problemLines(definition.id, parsed.error.issues));
  const config = parsed.success ? parsed.data : undefined;
  let client: unknown;
  const join = (call: Call) => {
    if (config === undefined) throw new VendorError(definition.id, 'forbidden', howToConnect(definition, parsed.success));
    client ??= definition.connect(config);
    return { ...call, client };
  };
  return { definition, connected: config !== undefined, join };
}

/** One line per variable. The value itself is never shown: it may be a secret. */
function problemLines(id: string, issues: readonly { path: PropertyKey[]; message: string }[]): string[] {
  const perVariable = new Map<string, string>();
  for (const { path, message } of issues) {
    const variable = String(path[0] ?? id);
    if (!perVariable.has(variable)) perVariable.set(variable, `${variable}: ${message}`);
  }
  return [...perVariable.values()];
}

function howToConnect({ connectBy }: IntegrationDefinition, wellSet: boolean): string {
  return wellSet ? `not connected; set ${connectBy}` : `not connected, because it is configured wrongly; set ${connectBy}`;
}
