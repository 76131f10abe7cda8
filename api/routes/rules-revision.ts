import { hashScope } from '../../domain/hold.js';
import { shortHash } from '../../domain/plan.js';
import type { RulesEvent, RulesPart } from '../../domain/rules-revision.js';
import type { ApiContext } from '../context.js';
import { notFound, Problem } from '../problem.js';
import { defineRoute } from '../route.js';
import {
  RulesHistory,
  RulesMoved,
  RulesReasonBody,
  RulesRevokeBody,
  RulesRevoked,
  RulesRollbackBody,
  type RulesSummary,
} from '../shapes.js';

/** So far back goes what is shown, and what is put back without being named. */
const most = 200;

export const getRulesHistory = defineRoute({
  method: 'get',
  path: '/api/v1/rules/revisions',
  scope: 'viewer',
  summary: 'Which rules are in force and since when, which were before, which are revoked.',
  responses: { 200: { says: 'The history of the rules.', schema: RulesHistory } },
  handle: async ({ ledger, rules }) => {
    const [events, kept, holds, standing] = await Promise.all([
      ledger.rulesEvents(most),
      ledger.keptRules(most),
      ledger.holds(),
      ledger.rulesStanding(),
    ]);
    const { hash, revision, pinned, folder, problems } = rules.current();
    const since = events.find((event) => event.kind === 'force' && event.hash === hash)?.at;
    const revokedHolds = holds.filter(({ scope }) => scope.startsWith(hashScope('')));
    const revoked = await Promise.all(
      revokedHolds.map(async (hold) => ({ hold, of: await ledger.rulesNamed(hold.scope.slice(hashScope('').length)) })),
    );
    const isRevoked = (one: string): boolean => revokedHolds.some(({ scope }) => scope === hashScope(one));
    const body = {
      inForce: { hash, ...(since === undefined ? {} : { since }), ...(revision === undefined ? {} : { revision }) },
      ...(pinned === undefined ? {} : { pinned }),
      ...(folder === undefined ? {} : { folder }),
      ...(standing.accepted === undefined ? {} : { accepted: standing.accepted }),
      problems,
      kept: kept.map(({ parts: _parts, ...one }) => ({ ...one, revoked: isRevoked(one.hash) })),
      revoked,
      events,
    };
    return { status: 200, body };
  },
});

export const rollbackRules = defineRoute({
  method: 'post',
  path: '/api/v1/rules/rollback',
  scope: 'admin',
  summary: 'Put the rules back that were in force before, or those of a hash; they stay until `follow`.',
  description:
    'Every process takes them at its next reload, whatever the folder holds. Runs under way keep what they began with.',
  body: RulesRollbackBody,
  responses: { 200: { says: 'They are put back.', schema: RulesMoved } },
  problems: [404, 409],
  handle: async (context, { body, caller }) => {
    const { ledger, rules } = context;
    const hash = body.to === undefined ? await previous(context) : (await onlyOne(context, body.to, ['set'])).hash;
    const stored = await ledger.storedRules(hash);
    if (stored === undefined) throw notFound(`set of rules ${shortHash(hash)} that was kept`);
    if (stored.files.length === 0)
      throw new Problem(409, `The rules ${shortHash(hash)} were too large to be kept; have the folder hold them again.`);
    const [revocation] = (await ledger.holds()).filter(({ scope }) => scope === hashScope(hash));
    if (revocation)
      throw new Problem(409, `The rules ${shortHash(hash)} are revoked: ${revocation.reason}. Name others with --to.`);
    const commit = stored.revision?.commit;
    const event = { kind: 'pin', hash, by: caller.name, reason: body.reason } as const;
    await ledger.putRulesEvent({ ...event, ...(commit === undefined ? {} : { commit }) });
    await rules.reload();
    const now = rules.current();
    if (now.hash !== hash)
      throw new Problem(409, `The rules ${shortHash(hash)} are pinned, but this version cannot load them: ${wordsOf(now)}`);
    return {
      status: 200,
      body: { hash, says: `Rules ${shortHash(hash)}${at(commit)} are in force here, and everywhere at the next reload.` },
    };
  },
});

export const followRules = defineRoute({
  method: 'post',
  path: '/api/v1/rules/follow',
  scope: 'admin',
  summary: 'End a rollback: the folder decides again which rules are in force.',
  body: RulesReasonBody,
  responses: { 200: { says: 'The folder decides.', schema: RulesMoved } },
  problems: [409],
  handle: async ({ ledger, rules }, { body, caller }) => {
    const { pinned } = await ledger.rulesStanding();
    if (pinned === undefined) throw new Problem(409, 'Nothing is pinned: the folder decides already.');
    await ledger.putRulesEvent({ kind: 'follow', by: caller.name, reason: body.reason });
    await rules.reload();
    const { hash, revision } = rules.current();
    return {
      status: 200,
      body: { hash, says: `Rules ${shortHash(hash)}${at(revision?.commit)} of the folder are in force here.` },
    };
  },
});

export const acceptRules = defineRoute({
  method: 'post',
  path: '/api/v1/rules/accept',
  scope: 'admin',
  summary: 'Accept the commit of the rules in force: signatures are asked for from there on.',
  description: 'For a history that was not signed from its beginning. What is signed as it should be is accepted by itself.',
  body: RulesReasonBody,
  responses: { 200: { says: 'It is accepted.', schema: RulesMoved } },
  problems: [409],
  handle: async ({ ledger, rules }, { body, caller }) => {
    const { hash, revision, pinned } = rules.current();
    const commit = revision?.commit;
    if (pinned !== undefined) throw new Problem(409, 'Other rules are pinned; end that first: opssentinel rules follow.');
    if (commit === undefined) throw new Problem(409, `There is no commit to accept: ${revision?.says ?? 'nobody asked git'}.`);
    if (revision?.dirty === true) throw new Problem(409, `What is in force is not what the commit holds: ${revision.says}.`);
    await ledger.putRulesEvent({ kind: 'accept', hash, commit, by: caller.name, reason: body.reason });
    await rules.reload();
    return {
      status: 200,
      body: { hash, says: `Commit ${commit.slice(0, 7)} is accepted; what comes after it has to be signed.` },
    };
  },
});

export const revokeRules = defineRoute({
  method: 'post',
  path: '/api/v1/rules/revoke',
  scope: 'operator',
  summary: 'Revoke a set of rules, one rule or a runbook by its hash: nothing begins by it any more.',
  description:
    'A hold like any other: `GET /api/v1/holds` shows it, and lifting it ends it. Under a revoked set new incidents go to people.',
  body: RulesRevokeBody,
  responses: { 201: { says: 'It is revoked.', schema: RulesRevoked } },
  problems: [404, 409],
  handle: async (context, { body, caller }) => {
    const { ledger } = context;
    const of = await onlyOne(context, body.hash, ['set', 'rule', 'runbook']);
    const scope = hashScope(of.hash);
    const before = (await ledger.holds()).find((hold) => hold.scope === scope);
    const hold = before ?? (await ledger.placeHold({ kind: 'stop', scope, reason: body.reason, owner: caller.name }));
    const says = `${words[of.kind]} ${of.name} ${shortHash(of.hash)} is revoked: nothing begins by it any more. Lift it with: opssentinel resume ${hold.id}`;
    return { status: 201, body: { hold, of, says } };
  },
});

const words = { set: 'The set of rules', rule: 'Rule', runbook: 'Runbook' } as const;
const at = (commit: string | undefined): string => (commit === undefined ? '' : `, commit ${commit.slice(0, 7)},`);
const wordsOf = ({ problems }: RulesSummary): string => problems[0]?.says ?? 'see the log';

/** What a hash means that may be cut short. */
async function onlyOne({ ledger }: ApiContext, prefix: string, kinds: readonly RulesPart['kind'][]): Promise<RulesPart> {
  const found = (await ledger.rulesNamed(prefix)).filter(({ kind }) => kinds.includes(kind));
  const [first] = found;
  if (first === undefined)
    throw notFound(`${kinds.join(', ')} whose hash begins with ${prefix}; GET /api/v1/rules/revisions shows what was in force`);
  const others = found.filter(({ hash }) => hash !== first.hash);
  if (others.length === 0) return first;
  const named = found.map(({ kind, name, hash }) => `${kind} ${name} ${hash.slice(0, 16)}`).join(', ');
  throw new Problem(409, `${prefix} may mean ${named}: write more of it.`);
}

const isOther = ({ kind, hash }: RulesEvent, than: string): boolean => kind === 'force' && hash !== undefined && hash !== than;

/** The set that was in force before the present one. After a rollback nobody knows which one "before" means. */
async function previous({ ledger, rules }: ApiContext): Promise<string> {
  const { pinned } = await ledger.rulesStanding();
  if (pinned !== undefined)
    throw new Problem(409, `Rules ${shortHash(pinned.hash)} are pinned already; name others with --to, or end it with follow.`);
  const { hash } = rules.current();
  const revoked = new Set((await ledger.holds()).map(({ scope }) => scope));
  const before = (await ledger.rulesEvents(most)).find(
    (event) => isOther(event, hash) && !revoked.has(hashScope(event.hash ?? '')),
  );
  if (before?.hash === undefined) throw notFound('set of rules that was in force before the present one');
  return before.hash;
}
