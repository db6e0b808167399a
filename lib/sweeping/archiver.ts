import { Duration, Stack } from 'aws-cdk-lib'
import { type IRole, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import type { ILogGroup } from 'aws-cdk-lib/aws-logs'
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler'
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets'
import { type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { ACTIONS_WITHOUT_RESOURCES } from '../../sweep/member-role'
import { ACKNOWLEDGED, acknowledge } from '../acknowledged'
import { addFunction, type FunctionSettings } from '../function'
import { forThisAccount, handWrittenRole } from '../iam'
import { allowUseThrough } from '../storage/key'
import type { ArchiveTables } from '../storage/tables'
import { environmentOf, type SweepSettings } from './environment'
import { archiverRoleName, grantMembers } from './organization'
import { SweepQueue } from './queue'

export interface ArchiverProps extends FunctionSettings, SweepSettings {
  readonly tables: ArchiveTables
}

/** The function that sweeps, the schedule that starts it, and the queue that keeps the events it failed on. */
export class Archiver extends Construct {
  /** The longest that Lambda runs a function. */
  static readonly TIMEOUT = Duration.minutes(15)

  readonly function: IFunction
  readonly role: IRole
  readonly failureQueue: IQueue
  /** Only with an organization. */
  readonly sweepQueue: SweepQueue | undefined
  readonly logGroup: ILogGroup

  constructor(scope: Construct, id: string, props: ArchiverProps) {
    super(scope, id)
    const { tables, key, organization, logRetentionDays, removalPolicy, network } = props
    this.failureQueue = new Queue(this, 'FailureQueue', {
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: key,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    })
    acknowledge(this.failureQueue, ACKNOWLEDGED.failureQueue)
    this.sweepQueue = organization && new SweepQueue(this, 'Sweeps', { key })
    const { lambda, logGroup, role } = addFunction(this, {
      name: 'archiver',
      roleName: organization && archiverRoleName(this),
      description: 'Archives the history of Session Manager sessions',
      timeout: Archiver.TIMEOUT,
      environment: environmentOf({ ...props, queueUrl: this.sweepQueue?.queue.queueUrl }),
      statements: statementsFor(this, props),
      failureQueue: this.failureQueue,
      key,
      logRetentionDays,
      removalPolicy,
      network,
    })
    acknowledge(role.policy, ACKNOWLEDGED.describeSessions)
    tables.grantArchive(role)
    if (organization) grantMembers(role, organization)
    this.sweepQueue?.grantUse(role)
    this.sweepQueue?.deliverTo(lambda, role)
    this.function = lambda
    this.role = role.role
    this.logGroup = logGroup
    this.addSchedule(props)
  }

  private addSchedule({ schedule: period, key }: ArchiverProps): void {
    const { role, policy } = handWrittenRole(this, 'Scheduler', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', { conditions: forThisAccount(this) }),
      description: 'Starts the session archiver',
      statements: [
        new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.function.functionArn] }),
        new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.failureQueue.queueArn] }),
      ],
    })
    allowUseThrough(key, 'sqs', role)
    const schedule = new Schedule(this, 'Schedule', {
      description: 'Archives Session Manager sessions',
      schedule: ScheduleExpression.rate(period),
      target: new LambdaInvoke(this.function, {
        input: ScheduleTargetInput.fromObject({}),
        maxEventAge: period, // by then the next event is due
        deadLetterQueue: this.failureQueue,
        role,
      }),
    })
    schedule.node.addDependency(policy)
  }
}

/** What the function may do in its own account. */
function statementsFor(scope: Construct, { regions, excludeRegions }: ArchiverProps): PolicyStatement[] {
  const { partition, account } = Stack.of(scope)
  const actions = [...ACTIONS_WITHOUT_RESOURCES]
  const describe = (conditions?: Record<string, unknown>) =>
    new PolicyStatement({ actions, resources: ['*'], conditions })
  if (regions !== 'all') return [describe({ StringEquals: { 'aws:RequestedRegion': regions } })]
  return [
    excludeRegions.length > 0
      ? describe({ StringNotEquals: { 'aws:RequestedRegion': excludeRegions } })
      : describe(),
    new PolicyStatement({
      actions: ['account:ListRegions'],
      resources: [`arn:${partition}:account::${account}:account`],
    }),
  ]
}
