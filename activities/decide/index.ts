import type { ActivityDeps } from '../deps.js';
import { shelled } from '../shell.js';
import type { DecideActivities } from '../types.js';
import { admit, preview } from './admit.js';
import { isClosed } from '../situation/closed.js';
import { admitUndo } from './admit-undo.js';
import { decide } from './decide.js';
import { judgeApproval } from './judge-approval.js';
import { verify } from './verify.js';

/** Role `decide`: read rights only. */
export const createDecideActivities = (deps: ActivityDeps): DecideActivities => ({
  decide: shelled((input) => decide(deps, input)),
  preview: shelled((input) => preview(deps, input)),
  admit: shelled((input) => admit(deps, input)),
  admitUndo: shelled((input) => admitUndo(deps, input)),
  closed: shelled((about) => isClosed(deps, about)),
  judgeApproval: shelled((input) => judgeApproval(deps, input)),
  verify: shelled((input) => verify(deps, input)),
});
