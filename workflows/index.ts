/** Every workflow that the bundle holds, by its type's name. */
export { giveBack } from './give-back/give-back.js';
export { incident } from './incident/incident.js';
export { label } from './label/label.js';
export { reconcile } from './reconcile/reconcile.js';
