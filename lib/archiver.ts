import { join } from 'node:path'
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Architecture, type IFunction, Runtime } from 'aws-cdk-lib/aws-lambda'
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler'
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets'
import { type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { ENVIRONMENT } from '../archive/environment'
import type { ArchiveTables } from './archive-tables'

export interface ArchiverProps {
  readonly tables: ArchiveTables
  /** Regions to sweep, each on a schedule of its own. */
  readonly regions: readonly string[]
  /** Days after its end at which a record expires. @default - never */
  readonly retentionDays?: number
}

/** The function that sweeps, what starts it, and the queue that keeps the events it failed on. */
export class Archiver extends Construct {
  readonly function: IFunction
  readonly failureQueue: IQueue

  constructor(scope: Construct, id: string, { tables, regions, retentionDays }: ArchiverProps) {
    super(scope, id)
    this.failureQueue = new Queue(this, 'FailureQueue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    })
    const logGroup = new LogGroup(this, 'Logs', {
      retention: RetentionDays.ONE_YEAR,
      removalPolicy: RemovalPolicy.RETAIN,
    })
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
    const policy = new ManagedPolicy(this, 'Policy', {
      description: 'Exactly the calls that the session archiver makes',
      roles: [role],
      statements: [
        new PolicyStatement({
          actions: ['ssm:DescribeSessions'],
          resources: ['*'], // the action has no resource types
          conditions: { StringEquals: { 'aws:RequestedRegion': regions } },
        }),
        new PolicyStatement({
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          resources: [logGroup.logGroupArn],
        }),
        new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.failureQueue.queueArn] }),
      ],
    })
    tables.grantArchive(policy, role)

    this.function = new NodejsFunction(this, 'Function', {
      description: 'Archives the history of Session Manager sessions',
      entry: join(__dirname, '../lambda/handler.ts'),
      depsLockFilePath: join(__dirname, '../package-lock.json'),
      projectRoot: join(__dirname, '..'),
      bundling: {
        format: OutputFormat.ESM,
        mainFields: ['module', 'main'],
        target: 'node24',
        minify: true,
        bundleAwsSDK: true,
      },
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: 512,
      timeout: Duration.minutes(15),
      role: role.withoutPolicyUpdates(),
      logGroup,
      retryAttempts: 2,
      deadLetterQueue: this.failureQueue,
      environment: {
        [ENVIRONMENT.sessionsTable]: tables.sessions.tableName,
        [ENVIRONMENT.sweepsTable]: tables.sweeps.tableName,
        ...(retentionDays !== undefined && { [ENVIRONMENT.retentionDays]: String(retentionDays) }),
      },
    })
    this.function.node.addDependency(policy)
    this.schedule(regions)
  }

  private schedule(regions: readonly string[]): void {
    const { account } = Stack.of(this)
    const role = new Role(this, 'SchedulerRole', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
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
    for (const [n, region] of regions.entries()) {
      const schedule = new Schedule(this, n === 0 ? 'Schedule' : `Schedule-${region}`, {
        description: `Archives the Session Manager sessions of ${region}`,
        schedule: ScheduleExpression.rate(Duration.hours(1)),
        target: new LambdaInvoke(this.function, {
          input: ScheduleTargetInput.fromObject({ region }),
          maxEventAge: Duration.hours(1), // the next one is due by then
          deadLetterQueue: this.failureQueue,
          role: role.withoutPolicyUpdates(),
        }),
      })
      schedule.node.addDependency(policy)
    }
  }
}
