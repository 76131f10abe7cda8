import * as config from '../config/environment.js';
import { variables as own } from '../config/variables.js';
import type { Variables } from '../domain/variable.js';
import { integrationVariables } from '../integrations/variables.js';

export type { Environment, Settings } from '../config/environment.js';

/** Every variable that is read anywhere: the product's own and those of every installed integration. */
export const variables: Variables = { ...own, ...integrationVariables };

/** `config`'s reading, with every variable known. */
export const readEnvironment = (
  env: config.Environment,
  options: Omit<config.ReadOptions, 'variables'> = {},
): ReturnType<typeof config.readEnvironment> => config.readEnvironment(env, { ...options, variables });

export const describeEnvironment = (env: config.Environment, settings: config.Settings): config.DescribedVariable[] =>
  config.describeEnvironment(env, settings, variables);
