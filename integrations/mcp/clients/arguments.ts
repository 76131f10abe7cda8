import { AjvJsonSchemaValidator } from '@modelcontextprotocol/client/validators/ajv';
import type { JsonObject } from '../../../domain/json.js';
import type { Tool } from '../tool.js';
import { plain, refused } from '../words.js';

/**
 * Throws `refused` when a tool would not take these arguments. An argument that its schema does not name is refused too, whether or not
 * the schema allows more: a server would drop it in silence, and a dropped `namespace` is another deployment.
 */
export function assertArguments(tool: Tool, args: JsonObject): void {
  const named = tool.inputSchema['properties'];
  const properties = typeof named === 'object' && named !== null ? named : {};
  const stranger = Object.keys(args).find((name) => !Object.hasOwn(properties, name));
  if (stranger !== undefined) throw refused(`the tool ${tool.name} has no argument ${stranger}`);
  const problem = problemIn(tool, args);
  if (problem !== undefined) throw refused(`the tool ${tool.name} does not take these arguments: ${plain(problem, 300)}`);
}

function problemIn({ inputSchema }: Tool, args: JsonObject): string | undefined {
  try {
    // A new one each time: it keeps schemas by their $id, and a changed one may bear the same.
    const judged = new AjvJsonSchemaValidator().getValidator(inputSchema)(args);
    return judged.valid ? undefined : judged.errorMessage;
  } catch (error) {
    return `its schema cannot be read (${error instanceof Error ? error.message : String(error)})`;
  }
}
