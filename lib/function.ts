import { type Duration, RemovalPolicy } from 'aws-cdk-lib'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { Architecture, type IFunction, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda'
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations'
import { type ILogGroup, LogGroup } from 'aws-cdk-lib/aws-logs'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import { ACKNOWLEDGED, acknowledge } from './acknowledged'
import { functionCode } from './function-code'
import { type HandWrittenRole, handWrittenRole } from './iam'
import { allowUseThrough } from './storage/key'
import type { Network } from './sweeping/network'

/** What all functions of an archive have in common. */
export interface FunctionSettings {
  /** Encrypts the log, and the queue of failures. */
  readonly key: IKey
  /** Days that the log is kept. */
  readonly logRetentionDays: number
  /** Whether the log outlives the stack. */
  readonly removalPolicy: RemovalPolicy
  /** Where the function runs. @default - in no VPC */
  readonly network?: Network
}

export interface ArchiveFunctionProps extends FunctionSettings {
  /** Name of the handler: `lambda/NAME.ts`. */
  readonly name: string
  /** Of its role. @default - CloudFormation makes one */
  readonly roleName?: string
  readonly description: string
  readonly timeout: Duration
  readonly environment: Record<string, string>
  /** What the function may do besides writing its log and sending to the queue. */
  readonly statements: PolicyStatement[]
  /** Keeps each event that the function failed on three times. */
  readonly failureQueue: IQueue
}

export interface ArchiveFunction {
  readonly lambda: IFunction
  readonly logGroup: ILogGroup
  readonly role: HandWrittenRole
}

/** Adds a function with its log and its role, which may do nothing but what its policy lists. */
export function addFunction(scope: Construct, props: ArchiveFunctionProps): ArchiveFunction {
  const { key, failureQueue, network } = props
  const logGroup = new LogGroup(scope, 'Logs', {
    retention: props.logRetentionDays,
    encryptionKey: key,
    removalPolicy:
      props.removalPolicy === RemovalPolicy.DESTROY
        ? RemovalPolicy.DESTROY
        : RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE, // nothing is left of a deployment that is rolled back
  })
  const role = handWrittenRole(scope, '', {
    roleName: props.roleName,
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    description: `Exactly the calls that the function ${props.name} makes`,
    statements: [
      ...props.statements,
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      }),
      new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [failureQueue.queueArn] }),
    ],
  })
  allowUseThrough(key, 'sqs', role.role)
  network?.grantAttach(role.policy)

  const lambda = new LambdaFunction(scope, 'Function', {
    description: props.description,
    code: functionCode(props.name),
    handler: `${props.name}.handler`,
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    memorySize: 512,
    timeout: props.timeout,
    environment: props.environment,
    role: role.role,
    logGroup,
    retryAttempts: 2,
    deadLetterQueue: failureQueue,
    onFailure: new SqsDestination(failureQueue), // carries the error; the dead letter does not
    vpc: network?.vpc,
    vpcSubnets: network?.vpcSubnets,
    securityGroups: network && [network.securityGroup],
  })
  lambda.node.addDependency(role.policy)
  if (network) lambda.node.addDependency(network) // the first sweep needs its endpoints
  acknowledge(lambda, ACKNOWLEDGED.concurrency)
  acknowledge(lambda, ACKNOWLEDGED.tracing)
  if (!network) acknowledge(lambda, ACKNOWLEDGED.vpc)
  return { lambda, logGroup, role }
}
