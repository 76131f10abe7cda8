import type { Incident, IncidentRef } from '../../domain/incident.js';
import type { CallWith } from './call.js';

/** A thing to be told, once. */
export interface Message {
  ref: IncidentRef;
  /** `opssentinel <incident> <phase>`: found again before it is posted, so that a repeat edits instead of repeating. */
  marker: string;
  text: string;
}

/** Tells people and systems. Idempotent by marker; never needs a permit. Every part is optional but `note`. */
export interface ChannelDefinition<Client> {
  id: string;
  summary: string;
  permissions: readonly string[];
  /** Sources whose incidents it can write to. */
  serves: (ref: IncidentRef) => boolean;
  /** Posts, or edits what stands under the same marker. */
  note: (call: CallWith<Client>, message: Message) => Promise<void>;
  /** Resolves it if it is still open; says what it found. Never re-opens. */
  resolve?: (call: CallWith<Client>, ref: IncidentRef) => Promise<'resolved' | 'was resolved'>;
  /** Hands this incident to the people on call, at once. */
  escalate?: (call: CallWith<Client>, incident: Incident) => Promise<void>;
  /** Pages by another way, when `escalate` failed. `dedupKey` keeps it to one page. */
  page?: (call: CallWith<Client>, page: { dedupKey: string; summary: string; details: Record<string, string> }) => Promise<void>;
}
