import type { AlarmEvent, SandboxWorld } from '../../contract/simulator.js';

/** How full the disks are, over time: what the CloudWatch agent would publish as CWAgent disk_used_percent. */
export interface Disks {
  /** Per cent used at a moment (epoch ms); `undefined`: nothing is published of such a disk. */
  usedAt: (instance: string, path: string, at: number) => number | undefined;
  /** A document frees space. Answers what it says at its end. */
  free: (document: string, instance: string, path: string) => string;
  reset: () => void;
}

/** Which the disk of the shipped alarm goes through: it takes both to get it below 75 %. */
const leaves: Readonly<Record<string, number>> = { 'OpsSentinel-CleanTempFiles': 78.4, 'OpsSentinel-RotateLogs': 61.2 };
/** One per cent of each simulated disk. Bytes. */
const percentBytes = 130_000_000;

export const diskMetric = { namespace: 'CWAgent', metric: 'disk_used_percent' } as const;

/** The disks that shipped alarms are about: filled when the alarm is raised, and as the alarm says when it ends. */
export function createDisks(sandbox: SandboxWorld): Disks {
  let samples: { disk: string; at: number; percent: number }[] = [];
  const alarms = sandbox.alarms.filter(({ metric }) => metric === diskMetric.metric);
  const nameOf = (instance: string, path: string): string => `${instance} ${path}`;
  const write = (disk: string, percent: number): void => void samples.push({ disk, at: sandbox.now(), percent });
  const usedAt = (instance: string, path: string, at: number): number | undefined => {
    const alarm = alarms.find(({ dimensions }) => dimensions['InstanceId'] === instance && dimensions['path'] === path);
    if (!alarm) return undefined;
    const disk = nameOf(instance, path);
    return samples.findLast((sample) => sample.disk === disk && sample.at <= at)?.percent ?? alarm.reading.ok;
  };
  sandbox.on('alarm', (data) => {
    const { name, state } = data as AlarmEvent;
    const alarm = alarms.find((one) => one.name === name);
    if (!alarm) return;
    write(
      nameOf(alarm.dimensions['InstanceId'] ?? '', alarm.dimensions['path'] ?? ''),
      state === 'ALARM' ? alarm.reading.alarm : alarm.reading.ok,
    );
  });
  return {
    usedAt,
    free: (document, instance, path) => {
      const before = usedAt(instance, path, sandbox.now()) ?? 0;
      const after = Math.min(before, leaves[document] ?? before);
      if (after < before) write(nameOf(instance, path), after);
      const bytes = Math.round((before - after) * percentBytes);
      return `${(bytes / 1e9).toFixed(1)} GB freed: ${bytes} bytes`;
    },
    reset: () => {
      samples = [];
    },
  };
}
