import { Duration } from 'aws-cdk-lib'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { EventSourceMapping, type IFunction } from 'aws-cdk-lib/aws-lambda'
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { ACKNOWLEDGED, acknowledge } from '../acknowledged'
import { denyEveryone, exceptPrincipals, type HandWrittenRole } from '../iam'

/** A round of a large organization shares its work among so many invocations. */
const AT_ONCE = 5
/**
 * Twice the time that Lambda allows the function. AWS advises six times, for messages that wait while their
 * function is throttled. Here none waits: a message is taken only if one of {@link AT_ONCE} is free. And a message
 * that failed is tried again before the next round, which would sweep its sources itself.
 */
const INVISIBLE = Duration.minutes(30)
const ATTEMPTS = 3
/** By then, later rounds have sent its sources again. */
const KEPT = Duration.days(1)

/** What a round has no time for: messages that name up to 100 sources each, and those that failed. */
export class SweepQueue extends Construct {
  readonly queue: Queue
  /** Messages that failed {@link ATTEMPTS} times. */
  readonly deadLetters: Queue

  constructor(scope: Construct, id: string, { key }: { readonly key: IKey }) {
    super(scope, id)
    const secured = { encryption: QueueEncryption.KMS, encryptionMasterKey: key, enforceSSL: true }
    this.deadLetters = new Queue(this, 'DeadLetters', { ...secured, retentionPeriod: Duration.days(14) })
    acknowledge(this.deadLetters, ACKNOWLEDGED.failureQueue)
    this.queue = new Queue(this, 'Queue', {
      ...secured,
      visibilityTimeout: INVISIBLE,
      retentionPeriod: KEPT,
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: ATTEMPTS },
    })
  }

  /** Lets the function's role, and nobody else, send; and Lambda receive and delete for it. */
  grantUse({ role, policy }: HandWrittenRole): void {
    const { queueArn } = this.queue
    policy.addStatements(
      new PolicyStatement({
        actions: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage', 'sqs:SendMessage'],
        resources: [queueArn],
      }),
    )
    this.queue.addToResourcePolicy(
      denyEveryone('OnlyTheArchiverSends', ['sqs:SendMessage'], exceptPrincipals([role.roleArn]), queueArn),
    )
  }

  /** One message starts one invocation. */
  deliverTo(lambda: IFunction, { policy }: HandWrittenRole): void {
    const mapping = new EventSourceMapping(this, 'Deliveries', {
      target: lambda,
      eventSourceArn: this.queue.queueArn,
      batchSize: 1,
      maxConcurrency: AT_ONCE,
    })
    acknowledge(mapping, ACKNOWLEDGED.deliveries)
    mapping.node.addDependency(policy) // Lambda checks that it may receive
  }
}
