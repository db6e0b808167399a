import { RemovalPolicy } from 'aws-cdk-lib'
import { AttributeType, BillingMode, ProjectionType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb'
import { type IRole, type ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { Key } from 'aws-cdk-lib/aws-kms'
import { Stack } from 'aws-cdk-lib/core'
import { Construct } from 'constructs'
import { SESSIONS, SWEEPS, type TableDefinition, type Key as TableKey } from '../archive/tables'

const OPEN_SESSIONS = 'OpenSessions' satisfies keyof typeof SESSIONS.indexes

export interface ArchiveTablesProps {
  /** Whether records may expire, at the time they carry. @default false */
  readonly expiring?: boolean
}

/** The two tables and their key: kept whatever becomes of the stack, and recoverable to any of the last 35 days. */
export class ArchiveTables extends Construct {
  readonly key: Key
  readonly sessions: Table
  readonly sweeps: Table

  constructor(scope: Construct, id: string, { expiring = false }: ArchiveTablesProps = {}) {
    super(scope, id)
    this.key = new Key(this, 'Key', {
      description: 'Encrypts the archive of Session Manager sessions',
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN,
    })
    this.sessions = this.table('Sessions', SESSIONS, expiring)
    this.sweeps = this.table('Sweeps', SWEEPS, false)
  }

  private table(id: string, definition: TableDefinition, expiring: boolean): Table {
    const { indexes, timeToLiveAttribute } = definition
    const table = new Table(this, id, {
      ...keyAttributes(definition),
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: this.key,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true, recoveryPeriodInDays: 35 },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
      ...(expiring && timeToLiveAttribute !== undefined && { timeToLiveAttribute }),
    })
    for (const [indexName, key] of Object.entries(indexes))
      table.addGlobalSecondaryIndex({
        indexName,
        ...keyAttributes(key),
        projectionType: ProjectionType.ALL,
      })
    return table
  }

  /** Allows exactly the calls that archive: none of them can delete. */
  grantArchive(policy: ManagedPolicy, role: IRole): void {
    policy.addStatements(
      new PolicyStatement({
        actions: ['dynamodb:BatchGetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
        resources: [this.sessions.tableArn],
      }),
      new PolicyStatement({
        actions: ['dynamodb:Query'],
        resources: [`${this.sessions.tableArn}/index/${OPEN_SESSIONS}`],
      }),
      new PolicyStatement({
        actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
        resources: [this.sweeps.tableArn],
      }),
    )
    this.key.addToResourcePolicy(
      new PolicyStatement({
        principals: [role],
        actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
        resources: ['*'],
        conditions: {
          StringEquals: { 'kms:ViaService': `dynamodb.${Stack.of(this).region}.amazonaws.com` },
        },
      }),
    )
  }
}

function keyAttributes({ partitionKey, sortKey }: TableKey) {
  const attribute = (name: string) => ({ name, type: AttributeType.STRING })
  return {
    partitionKey: attribute(partitionKey),
    ...(sortKey !== undefined && { sortKey: attribute(sortKey) }),
  }
}
