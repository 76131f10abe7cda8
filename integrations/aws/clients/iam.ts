import { IAMClient, SimulatePrincipalPolicyCommand, type SimulatePrincipalPolicyCommandInput } from '@aws-sdk/client-iam';
import type { At, Connection } from './connection.js';

export function iamCalls(connection: Connection) {
  const { read } = connection((settings) => new IAMClient(settings));
  return {
    /** Asks what a role may; does nothing of it. */
    simulate: (at: At, input: SimulatePrincipalPolicyCommandInput) =>
      read(at, (sdk, options) => sdk.send(new SimulatePrincipalPolicyCommand(input), options)),
  };
}
