import type { IncomingHttpHeaders } from 'node:http';
import type { Json, JsonObject } from '../../../domain/json.js';
import type { WireRequest, WireResponse } from '../../contract/simulator.js';
import { json, objectIn } from '../../wire/simulated/body.js';

/** contracts 7: one JSON-RPC message as it came. */
export interface Message {
  /** Absent: a notification. */
  id?: string | number;
  method: string;
  params: JsonObject;
  meta: JsonObject;
}

export const object = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};

/** `undefined`: no JSON-RPC request or notification. */
export function messageIn(request: WireRequest): Message | undefined {
  const body = objectIn(request.body);
  const { jsonrpc, id, method } = body ?? {};
  if (jsonrpc !== '2.0' || typeof method !== 'string') return undefined;
  const params = object(body?.['params']);
  const known = typeof id === 'string' || typeof id === 'number' ? { id } : {};
  return { ...known, method, params, meta: object(params['_meta']) };
}

export const header = (headers: IncomingHttpHeaders, name: string): string => {
  const value = headers[name];
  return typeof value === 'string' ? value : '';
};

export const result = ({ id }: Message, value: JsonObject): WireResponse =>
  json(200, { jsonrpc: '2.0', id: id ?? null, result: value });

export const error = (
  status: number,
  id: string | number | undefined,
  code: number,
  message: string,
  data?: Json,
): WireResponse =>
  json(status, { jsonrpc: '2.0', id: id ?? null, error: { code, message, ...(data === undefined ? {} : { data }) } });
