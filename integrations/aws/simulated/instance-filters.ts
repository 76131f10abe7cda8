import type { SimulatedInstance } from './instances.js';

/** `Filter.1.Name`, `Filter.1.Value.1`, …: any of its values, all filters (Amazon EC2 API Reference). */
export interface Filter {
  name: string;
  values: string[];
}

export function filtersIn(form: URLSearchParams): Filter[] {
  const numbers = [...form.keys()].flatMap((key) => /^Filter\.(\d+)\.Name$/.exec(key)?.[1] ?? []);
  return numbers.map((number) => ({
    name: form.get(`Filter.${number}.Name`) ?? '',
    values: [...form].filter(([key]) => key.startsWith(`Filter.${number}.Value.`)).map(([, value]) => value),
  }));
}

/** The ones that are simulated, of about a hundred. */
export const isKnown = (name: string): boolean => name === 'instance-state-name' || /^tag:./.test(name);

export function passes({ state, tags }: SimulatedInstance, { name, values }: Filter): boolean {
  const found = name === 'instance-state-name' ? state : tags[name.slice('tag:'.length)];
  return found !== undefined && values.some((value) => patternOf(value).test(found));
}

/** `*` and `?` are wildcards, after a backslash they are themselves (Amazon EC2 User Guide, filters). Case counts. */
function patternOf(value: string): RegExp {
  const parts = value.match(/\\[\s\S]|[\s\S]/g) ?? [];
  const source = parts.map((part) => {
    if (part === '*') return '[\\s\\S]*';
    if (part === '?') return '[\\s\\S]';
    return (part.length === 2 ? part.slice(1) : part).replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  });
  return new RegExp(`^${source.join('')}$`);
}
