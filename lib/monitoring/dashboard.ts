import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  SingleValueWidget,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch'
import type { Construct } from 'constructs'
import type { Metrics } from './metrics'

const HALF = 12
const FULL = 24

export interface DashboardProps {
  readonly metrics: Metrics
  readonly alarms: Alarm[]
}

/** One page: is anything wrong, how much time is left, what was archived, what it costs. */
export function addDashboard(scope: Construct, { metrics, alarms }: DashboardProps): void {
  const graph = (title: string, left: IMetric[], right: IMetric[] = []) =>
    new GraphWidget({ title, left, right, width: HALF, leftYAxis: { min: 0 } })
  const most = (name: Parameters<Metrics['own']>[0]) => metrics.own(name, Stats.MAXIMUM)
  const given = (...some: (IMetric | undefined)[]) => some.filter((one) => one !== undefined)
  const daysLeft = metrics.own('daysUntilLoss', Stats.MINIMUM)
  const dashboard = new Dashboard(scope, 'Dashboard')
  dashboard.addWidgets(new AlarmStatusWidget({ title: 'Alarms', alarms, width: FULL, height: 3 }))
  dashboard.addWidgets(
    new SingleValueWidget({ title: 'Days until loss', metrics: [daysLeft], width: HALF / 2 }),
    new SingleValueWidget({
      title: 'Open sessions',
      metrics: [metrics.own('sessionsOpen')], // each source that has some is swept once per period
      width: HALF / 2,
    }),
    new GraphWidget({
      title: 'Days until loss, of 30',
      left: [daysLeft],
      leftAnnotations: [
        { value: 27, label: 'warning', color: '#ff7f0e' },
        { value: 10, label: 'critical', color: '#d62728' },
      ],
      leftYAxis: { min: 0, max: 30 },
      width: HALF,
    }),
  )
  dashboard.addWidgets(
    graph('Sources in trouble', [most('sourcesLate'), most('sourcesUnreachable'), most('sourcesDenied')]),
    graph(
      'Age of the roster (hours), wait in the queue (seconds)',
      [most('rosterAge')],
      given(metrics.longestWait()),
    ),
  )
  dashboard.addWidgets(
    graph('Sessions archived', [metrics.own('sessionsArchived'), metrics.own('sessionsUpdated')]),
    graph('Sweeps', [
      metrics.own('sweepsCompleted'),
      metrics.own('sweepsIncomplete'),
      metrics.own('sweepsFailed'),
    ]),
    graph('Duration of sweeps (ms)', [most('sweepDuration')]),
    graph('Failures', [
      metrics.errors(),
      metrics.throttles(),
      metrics.waitingFailures(),
      ...given(metrics.deadLetters()),
      metrics.own('sessionsRejected'),
      metrics.own('missedByRecent'),
      metrics.own('uncorroborated'),
      metrics.databaseMetric('ThrottledRequests'),
      metrics.databaseMetric('SystemErrors'),
    ]),
  )
  dashboard.addWidgets(
    graph('What costs: writes and reads', metrics.consumed('Write'), metrics.consumed('Read')),
    graph('What costs: calls', [
      metrics.invocations(),
      metrics.own('listCalls'),
      metrics.own('sessionsSeen'),
    ]),
  )
}
