import type { Registry } from '../../integrations/contract/registry.js';
import type { Senders } from '../senders.js';
import type { DoorView } from '../shapes.js';
import { howToOpen } from './proofs.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** How each door can be opened by a sender, as it is configured. Holds no name of a token or certificate. */
export function doorStanding(sources: Registry['sources'], env: Environment, { tokens, certificates }: Senders): DoorView[] {
  return [...sources.values()].flatMap(({ id: source, doors }) =>
    doors.map((definition): DoorView => {
      const { id, path, proofs, signedBy } = definition;
      const configured = definition.door.safeParse(env).data !== undefined && (signedBy === undefined || Boolean(env[signedBy]));
      const works = { signature: configured, token: tokens.open(id), mtls: certificates.open(id) };
      return { id, path, source, opens: proofs.filter((proof) => works[proof]), closed: howToOpen(definition) };
    }),
  );
}
