import { Connection } from '@temporalio/client';
import { workerRoles, queues } from '../../workflows/messages.js';
import { namespaceProblems, readNamespace } from '../local/namespace.js';
import type { TemporalAddress } from '../temporal-connection.js';
import { because, fail, type Finding, ok, skip, warn } from './finding.js';

/** As the server's TaskQueueType numbers them. */
const taskQueueType = { workflow: 1, activity: 2 } as const;

const loopback = /^(localhost|127\.|\[::1\])/;

/** Temporal: there, made ready, closed to strangers, and with workers on every queue. */
export async function examineTemporal(address: TemporalAddress, namespace: string): Promise<Finding[]> {
  let connection: Connection;
  try {
    connection = await Connection.connect({ ...address, connectTimeout: 5_000 });
  } catch (error) {
    return [
      fail(
        'temporal',
        `nothing answers at ${address.address} (${because(error)})`,
        'start it, or correct TEMPORAL_ADDRESS and TEMPORAL_TLS',
      ),
      skip('temporal namespace', 'Temporal does not answer'),
      skip('workers', 'Temporal does not answer'),
    ];
  }
  try {
    const info = await connection.withDeadline(Date.now() + 5_000, () => connection.workflowService.getSystemInfo({}));
    return [
      ok('temporal', `${address.address} answers, server ${info.serverVersion ?? 'of unknown version'}`),
      frontend(address),
      ...(await namespaceFindings(connection, namespace)),
      ...(await workerFindings(connection, namespace)),
    ];
  } catch (error) {
    return [
      fail(
        'temporal',
        `${address.address} refuses (${because(error)})`,
        'check TEMPORAL_API_KEY, the certificates and the rights of the namespace',
      ),
    ];
  } finally {
    await connection.close();
  }
}

/** Whoever reaches the frontend can start, signal, reset and end our runs. */
function frontend({ address, apiKey, tls }: TemporalAddress): Finding {
  if (apiKey !== undefined) return ok('temporal frontend', 'asks for an API key');
  if (typeof tls === 'object' && tls.clientCertPair !== undefined)
    return ok('temporal frontend', 'we show it a client certificate');
  const says =
    'lets us in without key or certificate, so whoever reaches it can signal, reset or end runs. The ledger still refuses effects without a permit; a bare `approve` signal counts as one approval';
  if (loopback.test(address))
    return warn(
      'temporal frontend',
      `${says}. It listens on this machine alone`,
      'fine for a sandbox; elsewhere switch mTLS or an authorizer on',
    );
  return warn(
    'temporal frontend',
    says,
    'switch mTLS or an authorizer on, or close the port to all but API and workers; and set approval: { signals: refuse } in opssentinel.yaml',
  );
}

async function namespaceFindings(connection: Connection, namespace: string): Promise<Finding[]> {
  try {
    const problems = namespaceProblems(namespace, await readNamespace(connection, namespace));
    if (problems.length === 0) return [ok('temporal namespace', `${namespace}: retention and search attributes are as needed`)];
    return problems.map((problem) => {
      const [says = problem, fix = 'see the message'] = problem.split('. Run: ');
      return fail('temporal namespace', says, fix);
    });
  } catch (error) {
    return [
      fail(
        'temporal namespace',
        `${namespace} cannot be read (${because(error)})`,
        'check TEMPORAL_NAMESPACE and the rights of our key',
      ),
    ];
  }
}

async function workerFindings(connection: Connection, namespace: string): Promise<Finding[]> {
  return Promise.all(
    workerRoles.map(async (role): Promise<Finding> => {
      const check = `worker ${role}`;
      const kind = role === 'run' ? taskQueueType.workflow : taskQueueType.activity;
      try {
        const { pollers } = await connection.workflowService.describeTaskQueue({
          namespace,
          taskQueue: { name: queues[role] },
          taskQueueType: kind,
        });
        const count = pollers?.length ?? 0;
        if (count > 0) return ok(check, `${count === 1 ? '1 poller' : `${count} pollers`} on ${queues[role]}`);
        return fail(
          check,
          `nobody polls ${queues[role]}; what waits there waits until somebody does`,
          `start one: opssentinel worker --role ${role}`,
        );
      } catch (error) {
        return skip(check, because(error));
      }
    }),
  );
}
