import { Duration, type RemovalPolicy, Stack } from 'aws-cdk-lib'
import { type IRole, ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Architecture, type IFunction, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda'
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations'
import { type ILogGroup, LogGroup } from 'aws-cdk-lib/aws-logs'
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler'
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets'
import { type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { ENVIRONMENT } from '../../archive/names'
import { ACKNOWLEDGED, acknowledge } from '../acknowledged'
import { FUNCTION_MODULE, functionCode } from '../function-code'
import { allowLogs, allowUseThrough } from '../storage/key'
import type { ArchiveTables } from '../storage/tables'
import type { Network } from './network'

export interface ArchiverProps {
  readonly tables: ArchiveTables
  /** Regions to sweep, each on a schedule of its own. */
  readonly regions: readonly string[]
  /** How often each is swept. */
  readonly schedule: Duration
  readonly removalPolicy: RemovalPolicy
  /** Days that the log is kept. */
  readonly logRetentionDays: number
  /** Days after its end at which a record expires. @default - never */
  readonly retentionDays?: number
  /** Where the function runs. @default - in no VPC */
  readonly network?: Network
}

/** The function that sweeps, what starts it, and the queue that keeps the events it failed on. */
export class Archiver extends Construct {
  /** The longest that Lambda runs a function. */
  static readonly TIMEOUT = Duration.minutes(15)

  readonly function: IFunction
  readonly failureQueue: IQueue
  readonly logGroup: ILogGroup

  constructor(
    scope: Construct,
    id: string,
    private readonly props: ArchiverProps,
  ) {
    super(scope, id)
    const { tables, regions, retentionDays, removalPolicy, network } = props
    this.failureQueue = new Queue(this, 'FailureQueue', {
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: tables.key,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    })
    acknowledge(this.failureQueue, ACKNOWLEDGED.failureQueue)
    allowLogs(tables.key)
    this.logGroup = new LogGroup(this, 'Logs', {
      retention: props.logRetentionDays,
      encryptionKey: tables.key,
      removalPolicy,
    })
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
    const policy = this.policy(role)
    tables.grantArchive(policy, role)
    network?.grantAttach(policy)
    allowUseThrough(tables.key, 'sqs', role)

    this.function = new LambdaFunction(this, 'Function', {
      description: 'Archives the history of Session Manager sessions',
      code: functionCode(),
      handler: `${FUNCTION_MODULE}.handler`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: 512,
      timeout: Archiver.TIMEOUT,
      role: role.withoutPolicyUpdates(),
      logGroup: this.logGroup,
      retryAttempts: 2,
      deadLetterQueue: this.failureQueue,
      onFailure: new SqsDestination(this.failureQueue), // the error, which the dead letter has not
      environment: {
        [ENVIRONMENT.sessionsTable]: tables.sessions.tableName,
        [ENVIRONMENT.sweepsTable]: tables.sweeps.tableName,
        [ENVIRONMENT.regions]: regions.join(','),
        ...(retentionDays !== undefined && { [ENVIRONMENT.retentionDays]: String(retentionDays) }),
      },
      ...(network && {
        vpc: network.vpc,
        vpcSubnets: network.vpcSubnets,
        securityGroups: [network.securityGroup],
      }),
    })
    this.function.node.addDependency(policy)
    acknowledge(this.function, ACKNOWLEDGED.concurrency)
    acknowledge(this.function, ACKNOWLEDGED.tracing)
    if (!network) acknowledge(this.function, ACKNOWLEDGED.vpc)
    this.schedule()
  }

  private policy(role: IRole): ManagedPolicy {
    const policy = new ManagedPolicy(this, 'Policy', {
      description: 'Exactly the calls that the session archiver makes',
      roles: [role],
      statements: [
        new PolicyStatement({
          actions: ['ssm:DescribeSessions'],
          resources: ['*'], // the action has no resource types
          conditions: { StringEquals: { 'aws:RequestedRegion': this.props.regions } },
        }),
        new PolicyStatement({
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          resources: [this.logGroup.logGroupArn],
        }),
        new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.failureQueue.queueArn] }),
      ],
    })
    acknowledge(policy, ACKNOWLEDGED.describeSessions)
    return policy
  }

  private schedule(): void {
    const { tables, regions, schedule: rate } = this.props
    const role = new Role(this, 'SchedulerRole', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    })
    const policy = new ManagedPolicy(this, 'SchedulerPolicy', {
      description: 'Starts the session archiver',
      roles: [role],
      statements: [
        new PolicyStatement({
          actions: ['lambda:InvokeFunction'],
          resources: [this.function.functionArn],
        }),
        new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.failureQueue.queueArn] }),
      ],
    })
    allowUseThrough(tables.key, 'sqs', role)
    for (const [n, region] of regions.entries()) {
      const schedule = new Schedule(this, n === 0 ? 'Schedule' : `Schedule-${region}`, {
        description: `Archives the Session Manager sessions of ${region}`,
        schedule: ScheduleExpression.rate(rate),
        target: new LambdaInvoke(this.function, {
          input: ScheduleTargetInput.fromObject({ region }),
          maxEventAge: rate, // the next one is due by then
          deadLetterQueue: this.failureQueue,
          role: role.withoutPolicyUpdates(),
        }),
      })
      schedule.node.addDependency(policy)
    }
  }
}
