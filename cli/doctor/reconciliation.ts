import { Client, Connection, type ScheduleDescription, type WorkflowExecutionDescription } from '@temporalio/client';
import { ago, counted, duration } from '../../domain/words.js';
import { reconcileId } from '../../workflows/ids.js';
import type { Reconciled } from '../../workflows/reconcile/reconcile.js';
import type { TemporalAddress } from '../temporal-connection.js';
import { because, fail, type Finding, ok, skip, warn } from './finding.js';

const check = 'reconciliation';

/** What Temporal knows of the rounds. */
export interface Rounds {
  /** `undefined`: there is no Schedule. */
  schedule?: { paused: boolean; note?: string | undefined; everyMs: number; createdAt: Date };
  /** The last that has ended. */
  last?: { at: Date } & ({ result: Reconciled } | { failed: string });
}

/** Whether lost webhooks are looked for, what the last look found, and whether our subscriptions are on. */
export async function examineReconciliation(address: TemporalAddress, namespace: string, now = Date.now()): Promise<Finding[]> {
  let connection: Connection;
  try {
    connection = await Connection.connect({ ...address, connectTimeout: 5_000 });
  } catch {
    return [skip(check, 'Temporal does not answer')];
  }
  try {
    const client = new Client({ connection, namespace });
    return roundFindings(await connection.withDeadline(Date.now() + 5_000, () => readRounds(client)), now);
  } catch (error) {
    return [skip(check, because(error))];
  } finally {
    await connection.close();
  }
}

async function readRounds(client: Client): Promise<Rounds> {
  let described: ScheduleDescription;
  try {
    described = await client.schedule.getHandle(reconcileId).describe();
  } catch (error) {
    if (error instanceof Error && error.name === 'ScheduleNotFoundError') return {};
    throw error;
  }
  const { state, spec, info } = described;
  const schedule = {
    paused: state.paused,
    note: state.note,
    everyMs: spec.intervals?.[0]?.every ?? 0,
    createdAt: info.createdAt,
  };
  for (const { action } of info.recentActions.toReversed()) {
    const { workflowId, firstExecutionRunId } = action.workflow;
    const handle = client.workflow.getHandle(workflowId, firstExecutionRunId);
    const round = await handle.describe();
    if (round.status.name !== 'RUNNING') return { schedule, last: { at: endOf(round), ...(await outcomeOf(handle)) } };
  }
  return { schedule };
}

const endOf = ({ closeTime, startTime }: WorkflowExecutionDescription): Date => closeTime ?? startTime;

async function outcomeOf(handle: { result: () => Promise<unknown> }): Promise<{ result: Reconciled } | { failed: string }> {
  try {
    return { result: (await handle.result()) as Reconciled };
  } catch (error) {
    return { failed: rootOf(error) };
  }
}

/** The words at the bottom: above them stand Temporal's own. */
function rootOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause === undefined ? because(error) : rootOf(cause);
}

/** Pure. */
export function roundFindings({ schedule, last }: Rounds, now: number): Finding[] {
  if (schedule === undefined)
    return [
      warn(
        check,
        'there is no Schedule, so a webhook that is lost stays lost',
        'start a worker with role run; it makes the Schedule',
      ),
    ];
  const findings = last === undefined ? [none(schedule, now)] : lastFindings(last, schedule, now);
  if (!schedule.paused) return findings;
  const note = schedule.note ? `: ${schedule.note}` : '';
  return [
    warn(check, `its Schedule is paused${note}`, `temporal schedule toggle --unpause --schedule-id ${reconcileId} --reason "…"`),
    ...findings,
  ];
}

function none({ everyMs, createdAt }: NonNullable<Rounds['schedule']>, now: number): Finding {
  const says = `no round has ended yet; one begins every ${duration(everyMs)}`;
  if (now - createdAt.getTime() < 3 * everyMs) return skip(check, says);
  return fail(check, says, 'workers with roles run and decide are needed: see above whether they are there');
}

function lastFindings(
  last: NonNullable<Rounds['last']>,
  { everyMs, paused }: NonNullable<Rounds['schedule']>,
  now: number,
): Finding[] {
  const age = now - last.at.getTime();
  const when = `last round ${ago(age)} (${last.at.toISOString().slice(0, 19)}Z)`;
  if ('failed' in last)
    return [
      fail(
        check,
        `${when} failed: ${last.failed}`,
        'mend what it says; the next round finds what was missed meanwhile, back to 48 h',
      ),
    ];
  if (!paused && age > 3 * everyMs)
    return [
      fail(
        check,
        `${when}, although one begins every ${duration(everyMs)}`,
        'see above whether workers with roles run and decide are there',
      ),
    ];
  const { sources } = last.result;
  if (sources.length === 0)
    return [skip(check, `${when}: no source that can be asked what is open is connected where role decide runs`)];
  return [...sources.map((one) => sourceFinding(one, when)), ...sources.flatMap(subscriptionFindings)];
}

type Swept = Reconciled['sources'][number];

function sourceFinding({ source, open, missed, begun, left }: Swept, when: string): Finding {
  const name = `${check} ${source}`;
  const more = left === 0 ? '' : `; ${left} more are left to the next round`;
  if (begun === 0) return ok(name, `${when}: ${counted(open, 'incident')} open, none was missed${more}`);
  const gap = Math.max(...missed.map(({ gapMs }) => gapMs));
  const named = missed.slice(0, 3).map(({ incident }) => incident);
  return warn(
    name,
    `${when}: ${counted(open, 'incident')} open, of which ${begun} had reached us by no webhook (${named.join(', ')}${begun > named.length ? ' and others' : ''}); the oldest was found ${duration(gap)} after it was opened${more}`,
    'they are handled now, or recorded where too old; see the subscription, and what the vendor says of its deliveries',
  );
}

function subscriptionFindings({ source, subscriptions }: Swept): Finding[] {
  if (subscriptions.length === 0)
    return [
      skip(`subscription ${source}`, `none sends to our door: what ${source} has reaches us by reconciliation and polling alone`),
    ];
  return subscriptions.map(({ id, state, says }): Finding => {
    const name = `subscription ${id === '' ? source : id}`;
    if (state === 'active') return ok(name, says);
    if (state === 'unknown') return warn(name, says, 'give the token of role decide the right to read webhook subscriptions');
    const mend =
      state === 'suspended'
        ? 'see why our door refused (opssentinel_deliveries_total), then switch it on'
        : `switch it on at ${source}, or name the right one`;
    return fail(name, `${says}. What happens meanwhile is found by reconciliation alone`, mend);
  });
}
