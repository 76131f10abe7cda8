import { createHash } from 'node:crypto';
import { type AlarmArn, parseAlarmArn, partitionOf } from '../../arn.js';

/** An alarm as its external id names it. */
export interface NamedAlarm {
  account: string;
  region: string;
  /** The whole name, or how it begins where it is too long for an id. */
  begins: string;
  /** Of such a name, SHA-256 (first 32 hex digits); absent where `begins` is the whole name. */
  digest: string | undefined;
}

/** Bounds of a name's part of the id, as `incidentId` writes it (`_` is doubled there): our ids stay below 256 characters. */
const longest = 170;
const longestBeginning = 120;

const digestOf = (name: string): string => createHash('sha256').update(name).digest('hex').slice(0, 32);
const lengthInId = (code: string): number => code.length + (code.match(/_/g)?.length ?? 0);

/** Letters, digits, `_` and `-` stay; every other byte of UTF-8 is `.hh`. The full stop is the escape, because our ids keep it as it is. */
const encoded = (text: string): string =>
  [...Buffer.from(text)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[A-Za-z0-9_-]/.test(character) ? character : `.${byte.toString(16).padStart(2, '0')}`;
    })
    .join('');

const decoded = (code: string): string =>
  Buffer.from(
    code.replace(/\.([0-9a-f]{2})|([A-Za-z0-9_-])/g, (_all, hex: string | undefined, plain: string | undefined) =>
      hex === undefined ? (plain ?? '').charCodeAt(0).toString(16) : hex,
    ),
    'hex',
  ).toString('utf8');

/** `eu-west-1.111122223333.web-cpu-high`: letters, digits, `.`, `_` and `-` alone, and to be read back by `alarmOfId`. */
export function idOfAlarm({ account, region, name }: Pick<AlarmArn, 'account' | 'region' | 'name'>): string {
  const whole = encoded(name);
  return `${region}.${account}.${lengthInId(whole) <= longest ? whole : `${beginningOf(name)}..${digestOf(name)}`}`;
}

/** As many whole characters as there is room for. */
function beginningOf(name: string): string {
  let code = '';
  for (const character of name) {
    const next = code + encoded(character);
    if (lengthInId(next) > longestBeginning) break;
    code = next;
  }
  return code;
}

/** The alarm that an external id names; `undefined` when `idOfAlarm` did not make it. */
export function alarmOfId(externalId: string): NamedAlarm | undefined {
  const [, region, account, code, digest] =
    /^([a-z0-9-]+)\.(\d{12})\.((?:[A-Za-z0-9_-]|\.[0-9a-f]{2})+)(?:\.\.([0-9a-f]{32}))?$/.exec(externalId) ?? [];
  if (region === undefined || account === undefined || code === undefined) return undefined;
  const begins = decoded(code);
  return encoded(begins) === code ? { account, region, begins, digest } : undefined;
}

/** Whether an alarm of this name is the one that is meant. */
export const isNamed = ({ begins, digest }: NamedAlarm, name: string): boolean =>
  digest === undefined ? name === begins : name.startsWith(begins) && digestOf(name) === digest;

/**
 * The alarm that a message names, when everything that names it agrees. A sentence otherwise.
 * Partition and region must fit, because the ARN is made again from the id.
 */
export function alarmNamed(arn: string, said: { name?: string | null; account?: string | null }): AlarmArn | string {
  const alarm = parseAlarmArn(arn);
  if (!alarm) return 'its alarm ARN is not one of CloudWatch';
  if (!arn.startsWith(`arn:${partitionOf(alarm.region)}:`)) return 'its alarm ARN names a region of another partition';
  if (Buffer.from(alarm.name).toString('utf8') !== alarm.name) return 'its alarm has a name that is no text';
  if (said.name != null && said.name !== alarm.name) return 'it names one alarm, and its ARN another';
  if (said.account != null && said.account !== alarm.account) return 'it names one account, and its alarm ARN another';
  return alarm;
}
