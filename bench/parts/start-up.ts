import { statSync } from 'node:fs'
import { bundle, type Run, run } from '../contenders'
import type { Part } from '../part'
import { openPlace } from '../place'
import { median, ratio, whole } from '../statistics'

const ROUNDS = 15
const CONTENDERS = ['empty', 'calls', 'ours', 'cdk', 'cdkWithSdk'] as const
type Measured = (typeof CONTENDERS)[number]
const NAMES: Record<Measured, string> = {
  empty: 'an empty handler',
  calls: 'one call by each of the SDK’s clients, bundled as ours',
  ours: 'ours',
  cdk: 'CDK’s default, SDK of the runtime',
  cdkWithSdk: 'CDK’s default, SDK bundled',
}

/** Processor time of a process until its handler could be called, and of the first call: a sweep of nothing. */
export async function startUp(): Promise<Part> {
  const place = await openPlace({ sessions: 0, listMs: 0, databaseMs: 0 })
  const runs: Record<Measured, Run[]> = { empty: [], calls: [], ours: [], cdk: [], cdkWithSdk: [] }
  for (let n = 0; n < ROUNDS; n++)
    for (const contender of CONTENDERS) runs[contender].push(await run(contender, place))
  place.close()

  const more = (contender: Measured, seconds: (run: Run) => number) =>
    runs[contender].map((one, n) => seconds(one) - seconds(runs.empty[n] ?? one))
  const imported = (contender: Measured) => more(contender, ({ importCpuSeconds }) => importCpuSeconds)
  const called = (contender: Measured) => more(contender, ({ cpuSeconds }) => cpuSeconds)
  const toOurs = (of: typeof imported, contender: Measured) =>
    of('ours').map((seconds, n) => (of(contender)[n] ?? Number.NaN) / seconds)
  const size = statSync(bundle('ours')).size
  return {
    title: 'Start-up',
    what: `Processor time beyond that of an empty handler, in a fresh process: until the handler can be called, and to the end of a first call that finds nothing to archive. ${ROUNDS} rounds: median (range).`,
    columns: ['', 'bundle, bytes', 'until the handler ÷ ours', 'with the first call ÷ ours'],
    rows: CONTENDERS.map((contender) => [
      NAMES[contender],
      whole(statSync(bundle(contender)).size),
      contender === 'ours' ? '1' : ratio(toOurs(imported, contender)),
      contender === 'ours' ? '1' : ratio(toOurs(called, contender)),
    ]),
    goals: [
      { name: 'bundle, KB of 1,024 bytes', value: size / 1024, atMost: 320 },
      {
        name: 'until the handler: ours ÷ CDK’s default, SDK of the runtime',
        value: 1 / median(toOurs(imported, 'cdk')),
        atMost: 0.5,
      },
      {
        name: 'until the handler: ours ÷ CDK’s default, SDK bundled',
        value: 1 / median(toOurs(imported, 'cdkWithSdk')),
        atMost: 0.5,
      },
      {
        name: 'with the first call: ours ÷ CDK’s default, SDK of the runtime',
        value: 1 / median(toOurs(called, 'cdk')),
        atMost: 0.5,
      },
      {
        name: 'with the first call: ours ÷ CDK’s default, SDK bundled',
        value: 1 / median(toOurs(called, 'cdkWithSdk')),
        atMost: 0.5,
      },
    ],
    measured: runs,
  }
}
