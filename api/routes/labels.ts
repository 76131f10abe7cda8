import { z } from 'zod';
import { effective, type LabelRow, maySay } from '../../domain/label.js';
import { notFound, Problem } from '../problem.js';
import { defineRoute } from '../route.js';
import { LabelBody, LabelReply, RuleRecord, RuleRecordQuery } from '../shapes-labels.js';
import { findIncident, IncidentParams } from './incident-id.js';

export const getRuleRecord = defineRoute({
  method: 'get',
  path: '/api/v1/rules/{rule}/record',
  scope: 'viewer',
  summary: "A rule's own past in one environment: what its runs turned out to be, and what was learned from them.",
  params: z.strictObject({ rule: z.string().regex(/^[a-z0-9][a-z0-9-]{0,99}$/, 'write the name of a rule') }),
  query: RuleRecordQuery,
  responses: { 200: { says: 'Its past; empty where it has none.', schema: RuleRecord } },
  handle: async ({ ledger }, { params, query }) => {
    const asked = { rule: params.rule, ...query };
    const [matched, labels, learned] = await Promise.all([
      ledger.matchedBy(asked),
      ledger.labelsOf(asked),
      ledger.learned(asked),
    ]);
    return { status: 200, body: { ...matched, labels, learned } };
  },
});

export const postLabel = defineRoute({
  method: 'post',
  path: '/api/v1/incidents/{id}/label',
  scope: 'operator',
  summary: 'Say whether what the rule concluded was right: once, where nobody could see it, or that it was wrong after all.',
  description: 'A wrong one may make the rule ask from now on. No word makes it act: that is a reviewed commit.',
  params: IncidentParams,
  body: LabelBody,
  responses: { 200: { says: 'It counts.', schema: LabelReply } },
  problems: [404, 409],
  handle: async ({ ledger }, { params, body, caller }) => {
    const { id } = await findIncident(ledger, params.id);
    const rows = await ledger.labelsOfIncident(id);
    const [before] = effective(rows);
    if (!before) throw notFound(`judged run of ${id}; it is judged once its incident is closed`);
    if (!maySay(before.label, body.label)) throw new Problem(409, standing(before));
    const because = body.reason ?? 'no reason given';
    const { row, written } = await ledger.putLabel({
      ...before,
      label: body.label,
      kind: 'person-said',
      because,
      by: caller.name,
    });
    if (!written) throw new Problem(409, standing(row));
    const demoted = await ledger.demote(row);
    const says = `${row.by} says it was ${row.label}: ${row.because}`;
    await ledger.record({ incident: id, phase: 'report', state: 'info', says, once: 'label.person', data: { label: row.label } });
    const told = demoted === undefined ? {} : { demoted: `${row.rule} asks from now on: ${demoted.hold.reason}` };
    return { status: 200, body: { row, says, ...told } };
  },
});

const standing = ({ label, by, because }: LabelRow): string => `It was judged ${label} already, by ${by}: ${because}.`;
