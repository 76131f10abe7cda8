/** Every workflow that the bundle holds, by its type's name. */
export { incident } from './incident/incident.js';
