import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CreateSimulator, SandboxWorld, Simulator } from '../integrations/contract/simulator.js';

/** A simulator's file, in the source or compiled; never its types or its test. */
const simulatorFile = /\.sim\.(ts|js)$/;

/**
 * Loads every `<folder>/<vendor>/*.sim.ts` (`.sim.js` once compiled) from the folder's listing, in order of name.
 * Throws Error when there is none, or when a file's default export is not a simulator's maker.
 */
export async function loadSimulators(folder: string, world: SandboxWorld): Promise<Simulator[]> {
  const simulators: Simulator[] = [];
  for (const file of await simulatorFiles(folder)) {
    const { default: create } = (await import(pathToFileURL(file).href)) as { default?: CreateSimulator };
    if (typeof create !== 'function') throw new Error(`${file} has no default export that makes a simulator.`);
    simulators.push(create(world));
  }
  if (simulators.length === 0) throw new Error(`There is no simulator below ${folder}. Build the project first.`);
  return simulators;
}

async function simulatorFiles(folder: string): Promise<string[]> {
  const vendors = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const perVendor = vendors.map(async ({ name }) => {
    const files = await readdir(join(folder, name));
    return files.filter((file) => simulatorFile.test(file)).map((file) => join(folder, name, file));
  });
  return (await Promise.all(perVendor)).flat().sort();
}
