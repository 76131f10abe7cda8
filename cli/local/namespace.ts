import type { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { retentionHours, searchAttributes } from '../../config/search-attributes.js';

/** As the server's IndexedValueType numbers it. */
const keyword = 2;
const grpcNotFound = 5;
const grpcUnimplemented = 12;
const grpcForbidden = 7;

export interface NamespaceState {
  exists: boolean;
  /** Hours; undefined when the namespace does not exist. */
  retentionHours: number | undefined;
  missing: string[];
  /** Present, but of another type than Keyword. */
  wrong: string[];
}

type Service = Pick<Connection, 'workflowService' | 'operatorService' | 'withDeadline'>;

/** Reads what the namespace has. Throws the SDK's ServiceError when Temporal cannot be reached. */
export async function readNamespace(connection: Service, namespace: string): Promise<NamespaceState> {
  return connection.withDeadline(Date.now() + 10_000, async () => {
    const described = await connection.workflowService.describeNamespace({ namespace }).catch((error: unknown) => {
      if (grpcCode(error) === grpcNotFound) return undefined;
      throw error;
    });
    if (described === undefined) return { exists: false, retentionHours: undefined, missing: [...searchAttributes], wrong: [] };
    const seconds = Number(described.config?.workflowExecutionRetentionTtl?.seconds ?? 0);
    const types = await attributeTypes(connection, namespace);
    return {
      exists: true,
      retentionHours: seconds / 3600,
      missing: searchAttributes.filter((name) => types[name] === undefined),
      wrong: searchAttributes.filter((name) => types[name] !== undefined && types[name] !== keyword),
    };
  });
}

/** Temporal Cloud keeps the operator's service to itself; the older call answers there. */
async function attributeTypes(connection: Service, namespace: string): Promise<Record<string, number>> {
  try {
    return (await connection.operatorService.listSearchAttributes({ namespace })).customAttributes ?? {};
  } catch (error) {
    const code = grpcCode(error);
    if (code !== grpcUnimplemented && code !== grpcForbidden) throw error;
    return (await connection.workflowService.getSearchAttributes({})).keys ?? {};
  }
}

const grpcCode = (error: unknown): unknown => (error as { code?: unknown } | undefined)?.code;

/** What a namespace lacks, each with the command that mends it. Empty: ready. */
export function namespaceProblems(namespace: string, state: NamespaceState): string[] {
  if (!state.exists) {
    return [
      `namespace ${namespace} does not exist. Run: temporal operator namespace create --namespace ${namespace} --retention ${retentionHours}h`,
      `then its search attributes. Run: ${createAttributes(namespace, searchAttributes)}`,
    ];
  }
  const problems: string[] = [];
  if ((state.retentionHours ?? 0) < retentionHours) {
    problems.push(
      `namespace ${namespace} keeps closed runs for ${state.retentionHours} h, and ${retentionHours} h are needed so that a late webhook starts nothing twice. Run: temporal operator namespace update --namespace ${namespace} --retention ${retentionHours}h`,
    );
  }
  if (state.missing.length > 0)
    problems.push(
      `search attributes ${state.missing.join(', ')} are missing. Run: ${createAttributes(namespace, state.missing)}`,
    );
  for (const name of state.wrong) {
    problems.push(
      `search attribute ${name} exists and is not a Keyword. Run: temporal operator search-attribute remove --namespace ${namespace} --name ${name}, then ${createAttributes(namespace, [name])}`,
    );
  }
  return problems;
}

const createAttributes = (namespace: string, names: readonly string[]): string =>
  `temporal operator search-attribute create --namespace ${namespace} ${names.map((name) => `--name ${name} --type Keyword`).join(' ')}`;

export class NamespaceNotReady extends Error {
  override readonly name = 'NamespaceNotReady';
}

/**
 * In the sandbox it makes the namespace ready: itself, retention, search attributes. In live it changes nothing and throws
 * NamespaceNotReady, which lists what is missing with the exact commands.
 */
export async function prepareNamespace(
  connection: Service,
  options: { namespace: string; mode: 'sandbox' | 'live' },
): Promise<void> {
  const { namespace, mode } = options;
  const state = await readNamespace(connection, namespace);
  const problems = namespaceProblems(namespace, state);
  if (problems.length === 0) return;
  if (mode === 'live') throw new NamespaceNotReady(`Temporal is not ready:\n${problems.map((line) => `  - ${line}`).join('\n')}`);
  const workflowExecutionRetentionPeriod = msToTs(retentionHours * 3_600_000);
  await connection.withDeadline(Date.now() + 20_000, async () => {
    if (!state.exists) await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod });
    else if ((state.retentionHours ?? 0) < retentionHours) {
      await connection.workflowService.updateNamespace({
        namespace,
        config: { workflowExecutionRetentionTtl: workflowExecutionRetentionPeriod },
      });
    }
    await settle(() => addAttributes(connection, namespace, state.missing));
  });
}

async function addAttributes(connection: Service, namespace: string, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  await connection.operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(names.map((name) => [name, keyword])),
  });
}

/** A namespace that was just made is not known to every part of the server at once. */
async function settle(work: () => Promise<void>): Promise<void> {
  for (let left = 40; ; left--) {
    try {
      return await work();
    } catch (error) {
      if (left === 0 || grpcCode(error) !== grpcNotFound) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}
