/** The figures, and what survived. */

/** Killed of all that could be killed; mutants that change nothing are shown beside it. */
export function scoreOf(mutants) {
  const of = (status) => mutants.filter((one) => one.equivalent === undefined && one.status === status).length;
  const [killed, survived, uncovered] = [of('killed'), of('survived'), of('uncovered')];
  const all = killed + survived + uncovered;
  return {
    killed,
    survived,
    uncovered,
    equivalent: mutants.filter((one) => one.equivalent !== undefined).length,
    unjudged: mutants.filter((one) => one.status === undefined).length,
    // Rounded down: 89.99 % is not 90 %.
    percent: all === 0 ? 100 : Math.floor((killed / all) * 1_000) / 10,
  };
}

const told = ({ line, before, after, status }) => ({ line, before, after, status });

/** Everything as a value, for `-o json`. */
export function resultOf(targets, seconds) {
  const judged = targets.map(({ name, threshold, files }) => {
    const score = scoreOf(files.flatMap(({ mutants }) => mutants));
    const broken = files.some(({ problem }) => problem !== undefined) || score.unjudged > 0;
    return {
      name,
      threshold,
      ...score,
      enough: !broken && score.percent >= threshold,
      files: files.map(({ file, mutants, tests, stale, problem }) => ({
        file,
        ...(problem === undefined ? {} : { problem }),
        ...scoreOf(mutants),
        tests,
        survivors: mutants
          .filter((one) => ['survived', 'uncovered'].includes(one.status) && one.equivalent === undefined)
          .map(told),
        equivalents: mutants.filter((one) => one.equivalent !== undefined).map((one) => ({ ...told(one), why: one.equivalent })),
        // Listed as changing nothing, and either not there any more or seen to change something.
        wronglyListed: [
          ...stale.map(({ before, after }) => ({ before, after, problem: 'there is no such mutant' })),
          ...mutants
            .filter((one) => one.equivalent !== undefined && one.status === 'killed')
            .map((one) => ({ before: one.before, after: one.after, problem: `a test sees it: ${one.by}` })),
        ],
      })),
    };
  });
  const right = judged.every(({ enough, files }) => enough && files.every(({ wronglyListed }) => wronglyListed.length === 0));
  return { ok: right, seconds, targets: judged };
}

const percent = (value) => `${value.toFixed(1)} %`.padStart(7);

/** The same for people. */
export function words({ targets, seconds, ok }) {
  const lines = [];
  for (const target of targets) {
    const verdict = target.enough ? 'ok    ' : 'FAILED';
    lines.push(`${verdict} ${target.name}: ${percent(target.percent).trim()} killed, ${target.threshold} % wanted`);
    for (const one of target.files) {
      const rest = [
        `${one.killed} killed`,
        ...(one.survived ? [`${one.survived} survived`] : []),
        ...(one.uncovered ? [`${one.uncovered} reached by no test`] : []),
        ...(one.equivalent ? [`${one.equivalent} change nothing`] : []),
        ...(one.unjudged ? [`${one.unjudged} not judged`] : []),
      ];
      lines.push(
        one.problem === undefined ? `  ${percent(one.percent)}  ${one.file}: ${rest.join(', ')}` : `        ?  ${one.file}`,
      );
    }
  }
  for (const { file, survivors, equivalents, wronglyListed, problem } of targets.flatMap(({ files }) => files)) {
    if (problem !== undefined) lines.push('', `cannot be judged: ${file}: ${problem}`);
    for (const { line, before, after, status } of survivors)
      lines.push(
        '',
        `${status === 'survived' ? 'survived' : 'reached by no test'}: ${file}:${line}`,
        `  - ${before}`,
        `  + ${after}`,
      );
    for (const { line, before, after, why } of equivalents)
      lines.push('', `changes nothing: ${file}:${line}: ${why}`, `  - ${before}`, `  + ${after}`);
    for (const { before, after, problem } of wronglyListed)
      lines.push('', `wrong in equivalent.json: ${file}: ${problem}`, `  - ${before}`, `  + ${after}`);
  }
  lines.push('', `${ok ? 'All targets are reached.' : 'A target is not reached, or equivalent.json is wrong.'} ${seconds} s.`);
  return `${lines.join('\n')}\n`;
}
