import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { METRICS } from '../archive/names'
import { SessionArchiveStack } from '../lib/session-archive-stack'
import { countMonth, type Month } from './month'
import { PRICES } from './prices'

const HOURS = 720
const SIZES = [1_000, 100_000, 10_000_000]
const GB = 1024 ** 3
/** The table, and the three indexes that every session is in. */
const COPIES = 4
/** Assumed, not measured on AWS. */
const SECONDS_A_CALL = 0.25
/** What the bundle prints in a sweep of 50 sessions, measured once; Lambda's own lines are not in it. */
const LOG_BYTES = 2_258

interface Item {
  readonly name: string
  readonly quantity: string
  readonly dollars: number
}

const template = Template.fromStack(new SessionArchiveStack(new App(), 'SessionArchive'))
/** An alarm is charged for each metric that it watches. */
const alarmMetrics = Object.values(template.findResources('AWS::CloudWatch::Alarm'))
  .map(({ Properties }) => Properties.Metrics?.filter((one: object) => 'MetricStat' in one).length ?? 1)
  .reduce((sum, metrics) => sum + metrics, 0)
const [{ Properties }] = Object.values(template.findResources('AWS::Lambda::Function')) as [
  { Properties: { MemorySize: number } },
]

function bill({ sessions, bytes, writeUnits, readUnits, listCalls }: Month): Item[] {
  const gb = (sessions * bytes) / GB
  const gbSeconds = ((listCalls * SECONDS_A_CALL + HOURS) * Properties.MemorySize) / 1024
  const logGb = (HOURS * LOG_BYTES) / GB
  const metrics = Object.keys(METRICS).length
  return [
    ['Writes of records and indexes', `${whole(writeUnits)} units`, writeUnits * PRICES.writeUnit],
    ['Reads', `${whole(readUnits)} units`, readUnits * PRICES.readUnit],
    ['Storage of these sessions', `${digits(gb * COPIES)} GB`, gb * COPIES * PRICES.storageGb],
    ['Point-in-time recovery of them', `${digits(gb)} GB`, gb * PRICES.recoveryGb],
    ['Backups of them, twelve', `${digits(gb * 12)} GB`, gb * 12 * PRICES.backupGb],
    [
      'Function and schedule',
      `${HOURS} sweeps, ${whole(listCalls)} list calls, ${whole(gbSeconds)} GB-seconds`,
      gbSeconds * PRICES.functionGbSecond + HOURS * (PRICES.functionCall + PRICES.schedulerCall),
    ],
    ['Log', `${digits(logGb)} GB`, logGb * PRICES.logsGb],
    ['Metrics', `${metrics}`, metrics * PRICES.customMetric],
    ['Metrics watched by alarms', `${alarmMetrics}`, alarmMetrics * PRICES.alarm],
    ['Dashboard', '1', PRICES.dashboard],
    ['Key', '1', PRICES.key],
  ].map(([name, quantity, dollars]) => ({ name, quantity, dollars }) as Item)
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

function digits(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: 2 })
}

function money(value: number): string {
  return value < 0.005
    ? '< $0.01'
    : `$${value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`
}

function section(sessions: number): string {
  const items = bill(countMonth(sessions))
  const total = items.reduce((sum, { dollars }) => sum + dollars, 0)
  const rows = items.map(({ name, quantity, dollars }) => `| ${name} | ${quantity} | ${money(dollars)} |`)
  return `## ${sessions.toLocaleString('en-US')} sessions a month

| | quantity | a month |
| --- | --- | --- |
${rows.join('\n')}
| **Sum** | | **${money(total)}** |
`
}

const page = `# Costs

What a month costs in one region, computed by \`npm run costs\` from counts and list prices of us-east-1 as the authors knew them in November 2026 (\`bench/prices.ts\`: look them up, for your region), without free tiers. Nothing here was measured on a real bill.

- **Counts** are those of the exact window, hourly sweeps and a daily full one, over made-up sessions, 1 % of which stay open at any time; [a test](../test/lambda/cost.test.ts) proves that the archiver's own are the same. A record is about ${whole(countMonth(1_000).bytes)} bytes: one write unit in the table and in each index.
- **Storage, recovery and backups** are of one month's sessions: keep five years, and they become sixty times as much. Everything else stays as it is.
- **The function's** time is assumed to be ${SECONDS_A_CALL} seconds a list call, and a second a sweep.
- The dashboard, ten watched and ten custom metrics and 25 GB of storage are in AWS's free tier.
- Each further region costs its own sweeps' share of reads and function time; metrics, alarms, dashboard and key do not multiply.

${SIZES.map(section).join('\n')}`

writeFileSync(join(__dirname, '../docs/costs.md'), page)
