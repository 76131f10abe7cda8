import type { Json, JsonObject } from '../../domain/json.js';

/** Bounds on what an alert's sender can put into our histories. */
const mostLabels = 200;
const longestValue = 1024;
/** Members whose own members are labels too, whatever the tool calls them. */
const groups = ['labels', 'tags', 'dimensions'];
/** Names that mean something else to JavaScript. */
const unsafe = new Set(['__proto__', 'constructor', 'prototype']);

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * `body.details` as it was meant. It may be an object or a string; strings may hold JSON, encoded once or twice,
 * as integrations that pass text along do. What cannot be read as JSON stays text.
 */
export function readDetails(details: Json | undefined): Json {
  let value: Json = details ?? null;
  for (let depth = 0; depth < 3 && typeof value === 'string'; depth += 1) {
    if (!/^\s*[[{"]/.test(value)) return value;
    try {
      value = JSON.parse(value) as Json;
    } catch {
      return value;
    }
  }
  return value;
}

/**
 * Labels of any integration's alert: scalars at the top, one level of `labels`, `tags` and `dimensions`
 * (objects, name and value pairs, or `key:value` texts), then PagerDuty's common event fields. The first of a name stays.
 */
export function labelsOf(details: Json, cef: Json | undefined): Record<string, string> {
  const found: [string, Json][] = [];
  if (isObject(details)) {
    found.push(...Object.entries(details));
    for (const [name, value] of Object.entries(details)) {
      if (groups.includes(name.toLowerCase())) found.push(...pairs(value));
    }
  }
  if (isObject(cef)) found.push(...Object.entries(cef));
  return firstScalars(found);
}

function firstScalars(found: readonly [string, Json][]): Record<string, string> {
  const labels = new Map<string, string>();
  for (const [name, value] of found) {
    if (labels.size >= mostLabels) break;
    if (name === '' || name.length > 200 || unsafe.has(name) || labels.has(name)) continue;
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') continue;
    labels.set(name, String(value).slice(0, longestValue));
  }
  return Object.fromEntries(labels);
}

function pairs(group: Json): [string, Json][] {
  if (isObject(group)) return Object.entries(group);
  const list = typeof group === 'string' ? group.split(',') : Array.isArray(group) ? group : [];
  return list.flatMap((item): [string, Json][] => {
    if (isObject(item)) return pairOf(item);
    const [, name, value] = (typeof item === 'string' && /^\s*([^:=]+)[:=](.*)$/s.exec(item)) || [];
    return name === undefined || value === undefined ? [] : [[name.trim(), value.trim()]];
  });
}

/** `{name, value}`, `{Name, Value}`, `{key, value}`, `{Key, Value}`. */
function pairOf(item: JsonObject): [string, Json][] {
  const name = item['name'] ?? item['Name'] ?? item['key'] ?? item['Key'];
  const value = item['value'] ?? item['Value'];
  return typeof name === 'string' && value !== undefined ? [[name, value]] : [];
}
