import type { Alert } from '../../../domain/alert.js';
import type { Trust } from '../../../domain/delivery.js';
import type { Incident, IncidentRef } from '../../../domain/incident.js';
import type { JsonObject } from '../../../domain/json.js';
import type { SourceReading } from '../../contract/source.js';
import { gettableAlert, type GettableAlert, publicLabels } from './api.js';
import { occurrenceOf } from './webhook.js';

/** Twelve digits. A label that only looks like it is no account. */
const account = /^\d{12}$/;
const region = /^[a-z]{2}(?:-[a-z]+)+-\d$/;
/** Where teams write which service an alert is about, the most telling first. */
const serviceLabels = ['service', 'app', 'job', 'grafana_folder'];
const longestTitle = 300;

/** What names a source of this kind: `grafana`, `alertmanager`. */
export interface AlertSource {
  source: string;
  /** Kind of `origin` that its witness knows. */
  origin: string;
  /** For people: `Grafana`. */
  called: string;
}

/** What a source's read brings: the alert as the list has it; without one it is not firing any more. */
export const readingOf = (alert: GettableAlert | undefined): SourceReading => ({
  incident: { firing: alert !== undefined },
  alerts: alert ? [alert as unknown as JsonObject] : [],
});

/** The alert itself is the incident: nobody acknowledges it there. Pure. Throws Error with a plain sentence when it cannot be understood. */
export function normalise(
  { source, origin, called }: AlertSource,
  reading: SourceReading,
  ref: IncidentRef,
  trust: Trust,
): { incident: Incident; alert: Alert } {
  const [first] = reading.alerts;
  const parsed = first === undefined ? undefined : gettableAlert.safeParse(first);
  if (parsed && !parsed.success)
    throw new Error(`${called}'s alert ${ref.externalId} cannot be understood: ${parsed.error.issues[0]?.path.join('.')}.`);
  const found = parsed?.data;
  const began = isoTime(found?.startsAt ?? Number(ref.generation) * 1000);
  const labels = publicLabels(found?.labels ?? {});
  const name = labels['alertname'] ?? `alert ${ref.externalId}`;
  const service = serviceLabels.map((label) => labels[label]).find((value) => value !== undefined && value !== '') ?? name;
  const life = found && occurrenceOf(found.startsAt);
  return {
    incident: {
      ref,
      id: ref.externalId,
      title: (found?.annotations?.['summary'] || name).slice(0, longestTitle),
      status: found ? 'triggered' : 'resolved',
      urgency: 'high',
      service: { id: service, name: service },
      ...(found?.generatorURL ? { url: found.generatorURL } : {}),
      createdAt: began,
      heldBy: [],
      ...(life === undefined ? {} : { life }),
    },
    alert: {
      source,
      name,
      labels,
      ...(labels['severity'] ? { severity: labels['severity'] } : {}),
      startedAt: began,
      ...placeOf(labels),
      trust,
      correlationKey: correlationKey(ref.externalId, life ?? ref.generation),
      origin: { kind: origin, id: ref.externalId },
    },
  };
}

/** The same from Grafana and from Alertmanager: an alert that is forwarded from one to the other is one alert. */
const correlationKey = (fingerprint: string, occurrence: string): string => `alert:${fingerprint}:${occurrence}`;

/** A generation is whatever stands in a run's input: what is no time becomes the epoch, which nothing reads of an alert that is gone. */
function isoTime(given: string | number): string {
  const date = new Date(given);
  return (Number.isNaN(date.getTime()) ? new Date(0) : date).toISOString();
}

function placeOf(labels: Readonly<Record<string, string>>): Pick<Alert, 'account' | 'region'> {
  const { account_id: inAccount = '', region: inRegion = '' } = labels;
  return {
    ...(account.test(inAccount) ? { account: inAccount } : {}),
    ...(region.test(inRegion) ? { region: inRegion } : {}),
  };
}
