import { run } from '../../cli/program'

/** A process that runs several command lines, which it is given as JSON. */
async function runAll([json = '']: readonly string[]): Promise<void> {
  const { stdout, stderr, env } = process
  for (const args of JSON.parse(json)) await run(args, { stdout, stderr, env, cwd: '.' })
}

void runAll(process.argv.slice(2))
