/** A query of CloudWatch Metrics Insights, as far as it is simulated: one function of one metric, dimensions that must be equal. */
export interface InsightsQuery {
  stat: string;
  metric: string;
  namespace: string;
  where: Record<string, string>;
}

const word = String.raw`(?:"([^"]+)"|([A-Za-z_][A-Za-z0-9_]*))`;
const queryPattern = new RegExp(String.raw`^SELECT (AVG|MAX|MIN)\(${word}\) FROM ${word} WHERE (.+)$`);
const conditionPattern = new RegExp(String.raw`^${word} = '([^']*)'$`);

/** `undefined`: no such query. Namespaces and names with other characters than letters, digits and _ stand in double quotes, values in single ones. */
export function parseInsights(expression: string): InsightsQuery | undefined {
  const [, stat, quotedMetric, metric, quotedNamespace, namespace, conditions] = queryPattern.exec(expression) ?? [];
  if (stat === undefined || conditions === undefined) return undefined;
  const where: Record<string, string> = {};
  for (const condition of conditions.split(' AND ')) {
    const [, quoted, bare, value] = conditionPattern.exec(condition) ?? [];
    const label = quoted ?? bare;
    if (label === undefined || value === undefined) return undefined;
    where[label] = value;
  }
  return { stat, metric: quotedMetric ?? metric ?? '', namespace: quotedNamespace ?? namespace ?? '', where };
}
