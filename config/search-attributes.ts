import { searchAttributes as byPart } from '../domain/search-attributes.js';

/**
 * What an incident's workflow can be found by in Temporal, by name. All of type Keyword: a namespace on PostgreSQL
 * or SQLite has ten of that type.
 */
export const searchAttributes: readonly string[] = Object.values(byPart);

/** Hours that closed runs stay in Temporal: longer than any sender redelivers, so that a closed id still refuses a second run. */
export const retentionHours = 168;
