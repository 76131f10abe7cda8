import type { Json, JsonObject } from '../../../domain/json.js';
import { isObject, readDetails } from '../details.js';

/** As much of a text as a label can hold. */
const longestText = 1024;
const deepest = 12;

const hidden = '[left out]';
/** Members that hold what nobody should keep, by their names; then what looks like a credential wherever it stands. */
const secretName =
  /pass(?:word|wd|phrase)|secret|token|api[-_]?key|auth(?:orization)?$|credential|private[-_]?key|cookie|session[-_]?id/i;
const secretValue =
  /-----BEGIN [A-Z ]*PRIVATE KEY|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\beyJ[\w-]{10,}\.[\w-]{10,}\.|\bxox[abprs]-[\w-]{10,}|\bgh[pousr]_\w{20,}|\bglpat-[\w-]{16,}|:\/\/[^\s/:@]+:[^\s/@]+@/;

const picked = (from: JsonObject, names: readonly string[]): JsonObject =>
  Object.fromEntries(
    names.flatMap((name): [string, Json][] => (from[name] === undefined ? [] : [[name, cleaned(from[name], 0)]])),
  );

const reference = (value: Json | undefined): Json => (isObject(value) ? picked(value, ['id', 'summary', 'type']) : null);

/** An incident as `normalise` reads it, and nothing else: no assignee, no link, no note. */
export function reducedIncident(incident: JsonObject): JsonObject {
  const { priority, service, teams, escalation_policy: policy, resolve_reason: reason } = incident;
  return {
    ...picked(incident, ['id', 'title', 'summary', 'status', 'urgency', 'created_at', 'reopened_at']),
    ...(isObject(priority) ? { priority: reference(priority) } : {}),
    service: reference(service),
    teams: Array.isArray(teams) ? teams.map((team) => (isObject(team) ? picked(team, ['id']) : null)) : [],
    ...(isObject(policy) ? { escalation_policy: picked(policy, ['id']) } : {}),
    ...(isObject(reason)
      ? {
          resolve_reason: {
            ...picked(reason, ['type']),
            incident: isObject(reason['incident']) ? picked(reason['incident'], ['id']) : null,
          },
        }
      : {}),
  };
}

/** An alert as `normalise` reads it. A body that is plain text is left out: no rule can read it. */
export function reducedAlert(alert: JsonObject): JsonObject {
  const body = isObject(alert['body']) ? alert['body'] : {};
  const details = readDetails(body['details']);
  return {
    ...picked(alert, ['id', 'status', 'suppressed', 'created_at', 'summary', 'severity']),
    body: {
      details: typeof details === 'object' ? cleaned(details, 0) : null,
      ...(isObject(body['cef_details']) ? { cef_details: cefOf(body['cef_details']) } : {}),
    },
  };
}

/** The tool's own body may stand in there once more, as text. */
const cefOf = (cef: JsonObject): Json =>
  cleaned({ ...cef, ...(cef['details'] === undefined ? {} : { details: readDetails(cef['details']) }) }, 0);

function cleaned(value: Json, depth: number): Json {
  if (typeof value === 'string') return secretValue.test(value) ? hidden : value.slice(0, longestText);
  if (value === null || typeof value !== 'object') return value;
  if (depth >= deepest) return null;
  if (Array.isArray(value)) return value.map((item) => (secretPair(item) ? hidden : cleaned(item, depth + 1)));
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, secretName.test(name) ? hidden : cleaned(member, depth + 1)]),
  );
}

/** `{ name: "password", value: "…" }`, and `password:…` among tags. */
function secretPair(item: Json): boolean {
  if (typeof item === 'string') return secretName.test(/^\s*([^:=]+)[:=]/.exec(item)?.[1] ?? '');
  const name = isObject(item) ? (item['name'] ?? item['Name'] ?? item['key'] ?? item['Key']) : undefined;
  return typeof name === 'string' && secretName.test(name);
}
