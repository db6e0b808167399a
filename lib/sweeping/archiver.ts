import { Duration } from 'aws-cdk-lib'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import type { ILogGroup } from 'aws-cdk-lib/aws-logs'
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler'
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets'
import { type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { ENVIRONMENT } from '../../archive/names'
import { ACKNOWLEDGED, acknowledge } from '../acknowledged'
import { addFunction, type FunctionSettings } from '../function'
import { forThisAccount, handWrittenRole } from '../iam'
import { allowUseThrough } from '../storage/key'
import type { ArchiveTables } from '../storage/tables'

export interface ArchiverProps extends FunctionSettings {
  readonly tables: ArchiveTables
  /** Regions to sweep; each gets a schedule. */
  readonly regions: readonly string[]
  /** How often each region is swept. */
  readonly schedule: Duration
  /** Days from a session's end until its record expires. @default - never */
  readonly retentionDays?: number
}

/** The function that sweeps, the schedules that start it, and the queue that keeps the events it failed on. */
export class Archiver extends Construct {
  /** The longest that Lambda runs a function. */
  static readonly TIMEOUT = Duration.minutes(15)

  readonly function: IFunction
  readonly failureQueue: IQueue
  readonly logGroup: ILogGroup

  constructor(scope: Construct, id: string, props: ArchiverProps) {
    super(scope, id)
    const { tables, regions, retentionDays, key, logRetentionDays, removalPolicy, network } = props
    this.failureQueue = new Queue(this, 'FailureQueue', {
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: key,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    })
    acknowledge(this.failureQueue, ACKNOWLEDGED.failureQueue)
    const { lambda, logGroup, role } = addFunction(this, {
      name: 'archiver',
      description: 'Archives the history of Session Manager sessions',
      timeout: Archiver.TIMEOUT,
      environment: {
        [ENVIRONMENT.sessionsTable]: tables.sessions.tableName,
        [ENVIRONMENT.sweepsTable]: tables.sweeps.tableName,
        [ENVIRONMENT.regions]: regions.join(','),
        ...(retentionDays !== undefined && { [ENVIRONMENT.retentionDays]: String(retentionDays) }),
      },
      statements: [
        new PolicyStatement({
          actions: ['ssm:DescribeSessions'],
          resources: ['*'], // the action has no resource types
          conditions: { StringEquals: { 'aws:RequestedRegion': regions } },
        }),
      ],
      failureQueue: this.failureQueue,
      key,
      logRetentionDays,
      removalPolicy,
      network,
    })
    acknowledge(role.policy, ACKNOWLEDGED.describeSessions)
    tables.grantArchive(role)
    this.function = lambda
    this.logGroup = logGroup
    this.addSchedules(props)
  }

  private addSchedules({ regions, schedule: period, key }: ArchiverProps): void {
    const { role, policy } = handWrittenRole(this, 'Scheduler', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', { conditions: forThisAccount(this) }),
      description: 'Starts the session archiver',
      statements: [
        new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.function.functionArn] }),
        new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.failureQueue.queueArn] }),
      ],
    })
    allowUseThrough(key, 'sqs', role)
    for (const [n, region] of regions.entries()) {
      const schedule = new Schedule(this, n === 0 ? 'Schedule' : `Schedule-${region}`, {
        description: `Archives the Session Manager sessions of ${region}`,
        schedule: ScheduleExpression.rate(period),
        target: new LambdaInvoke(this.function, {
          input: ScheduleTargetInput.fromObject({ region }),
          maxEventAge: period, // by then the next event is due
          deadLetterQueue: this.failureQueue,
          role,
        }),
      })
      schedule.node.addDependency(policy)
    }
  }
}
