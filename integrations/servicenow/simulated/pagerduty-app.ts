import { z } from 'zod';
import type { AlarmEvent, SandboxWorld } from '../../contract/simulator.js';
import type { Instance, Row } from './instance.js';
import type { Change, Records } from './records.js';

const listed = z.object({ incidents: z.array(z.object({ id: z.string(), alarm: z.string(), status: z.string() })) });
const appUser = 'pagerduty.app';
/** How often the app looks at the other side; a real one is told. Milliseconds at real pace. */
const lookMs = 1_000;

/**
 * PagerDuty's app on the instance. contracts 4.4: it links a ticket to an incident, its column holding `---waiting---` until that is done;
 * with sync on, what is resolved on one side is resolved on the other. The other side is the sandbox's PagerDuty, over its own interface.
 */
export function createPagerDutyApp(
  world: SandboxWorld,
  instance: Instance,
  records: Records,
): { onChange: (change: Change) => void } {
  const theirs = async (): Promise<z.infer<typeof listed>['incidents']> => {
    const response = await fetch(`${world.address()}/_sandbox/pagerduty/incidents`);
    return listed.parse(await response.json()).incidents;
  };
  const quietly = (work: () => Promise<void>): void => void work().catch(() => undefined);

  world.on('alarm', (data) => {
    const { name, state } = data as AlarmEvent;
    const alarm = world.alarms.find((one) => one.name === name);
    if (!instance.behaviour.linked || state !== 'ALARM' || !alarm || alarm.silent) return;
    const opened = records.insert(
      { short_description: alarm.title ?? alarm.name, x_pd_integration_incident: '---waiting---', urgency: '1', impact: '2' },
      appUser,
    );
    if ('refused' in opened) return;
    const sysId = opened.row['sys_id'] ?? '';
    world.later(lookMs * world.settings.speed, () => quietly(() => link(sysId, name)));
  });

  const link = async (sysId: string, alarm: string): Promise<void> => {
    const incident = (await theirs()).findLast((one) => one.alarm === alarm);
    const row = records.find(sysId);
    if (!incident || !row) return;
    records.update(row, { x_pd_integration_incident: incident.id }, appUser);
    if (instance.behaviour.pagerDuty === 'sync') look(sysId, incident.id);
  };

  const look = (sysId: string, incident: string): void =>
    world.later(lookMs * world.settings.speed, () =>
      quietly(async () => {
        const row = records.find(sysId);
        if (!row || isOver(row) || instance.behaviour.pagerDuty !== 'sync') return;
        const status = (await theirs()).find((one) => one.id === incident)?.status;
        if (status !== 'resolved') return look(sysId, incident);
        const [code = ''] = instance.closeCodes();
        records.update(row, { state: '6', close_code: code, close_notes: 'Resolved in PagerDuty.' }, appUser);
      }),
    );

  return {
    onChange: ({ before, after, by }) => {
      const incident = after['x_pd_integration_incident'] ?? '';
      if (instance.behaviour.pagerDuty !== 'sync' || incident === '' || by === appUser) return;
      if (isOver(after) && !isOver(before))
        quietly(async () => {
          await fetch(`${world.address()}/_sandbox/pagerduty/incidents/${incident}/resolve`, { method: 'POST', body: '{}' });
        });
    },
  };
}

const isOver = (row: Row): boolean => ['6', '7', '8'].includes(row['state'] ?? '');
