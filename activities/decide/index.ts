import type { ActivityDeps } from '../deps.js';
import { underItsRules } from '../pinned.js';
import { shelled } from '../shell.js';
import type { About, DecideActivities } from '../types.js';
import { admit, preview, shadow } from './admit.js';
import { label } from '../label/label.js';
import { isClosed } from '../situation/closed.js';
import { admitUndo } from './admit-undo.js';
import { decide } from './decide.js';
import { judgeApproval } from './judge-approval.js';
import { verify } from './verify.js';

/** Role `decide`: read rights only. */
export const createDecideActivities = (deps: ActivityDeps): DecideActivities => ({
  decide: shelled((input) => decide(deps, input)),
  preview: pinned(deps, preview),
  admit: pinned(deps, admit),
  shadow: pinned(deps, shadow),
  admitUndo: pinned(deps, admitUndo),
  closed: shelled((about) => isClosed(deps, about)),
  label: pinned(deps, label),
  judgeApproval: pinned(deps, judgeApproval),
  verify: pinned(deps, verify),
});

/** What follows a decision goes by the rules that it was made by. */
const pinned = <Input extends About, Output>(
  deps: ActivityDeps,
  run: (deps: ActivityDeps, input: Input) => Promise<Output>,
): ((input: Input) => Promise<Output>) => shelled(async (input) => run(await underItsRules(deps, input.incident), input));
