import type { Duration } from 'aws-cdk-lib'
import { Alarm, CfnAlarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import type { ITopic } from 'aws-cdk-lib/aws-sns'
import type { Construct } from 'constructs'
import { type AlarmDefinition, alarmDefinitions } from './alarm-definitions'
import type { Metrics } from './metrics'

/** It has a section for each alarm, under the alarm's name in lower case. */
export const RUNBOOK = 'docs/runbook.md'

const DAY_MINUTES = 24 * 60

export interface AlarmsProps {
  readonly metrics: Metrics
  readonly topic: ITopic
  /** Whether alarms that ring on silence wait until there can be data, and somebody to hear them. */
  readonly warmUp: boolean
}

/** Adds every alarm. Each notifies the topic when it rings; those that ring on silence also when it is over. */
export function addAlarms(scope: Construct, { metrics, topic, warmUp }: AlarmsProps): Alarm[] {
  return Object.entries(alarmDefinitions(metrics)).map(([name, definition]) => {
    const alarm = addAlarm(scope, name, definition)
    alarm.addAlarmAction(new SnsAction(topic))
    if (ringsOnSilence(definition)) {
      alarm.addOkAction(new SnsAction(topic)) // the others would say OK as soon as they exist
      if (warmUp) letWarmUp(alarm, metrics.period)
    }
    return alarm
  })
}

/**
 * Keeps a new alarm quiet for a day, or two periods: by then every source was swept and the address confirmed. If it
 * rang before, nobody would hear it, and it does not ring again while it lasts.
 */
function letWarmUp(alarm: Alarm, period: Duration): void {
  const resource = alarm.node.defaultChild
  if (!CfnAlarm.isCfnAlarm(resource)) return
  resource.warmUpConfiguration = {
    warmUpPeriodDurationInMinutes: Math.max(DAY_MINUTES, 2 * period.toMinutes()), // CloudWatch allows 2,880
    onlyStartEvaluatingAfterWarmUpPeriodEnds: true,
  }
}

function addAlarm(scope: Construct, name: string, definition: AlarmDefinition): Alarm {
  const { metric, means, first, atMost, atLeast = 1, periods = 1 } = definition
  const { BREACHING, NOT_BREACHING } = TreatMissingData
  return new Alarm(scope, name, {
    metric,
    alarmDescription: `Session archive: ${means} First: ${first} See ${RUNBOOK}#${name.toLowerCase()}`,
    evaluationPeriods: periods,
    treatMissingData: ringsOnSilence(definition) ? BREACHING : NOT_BREACHING,
    threshold: atMost ?? atLeast,
    comparisonOperator:
      atMost === undefined
        ? ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
        : ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD,
  })
}

function ringsOnSilence({ atMost, onSilence = atMost !== undefined }: AlarmDefinition): boolean {
  return onSilence
}
