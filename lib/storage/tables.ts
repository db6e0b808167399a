import { RemovalPolicy } from 'aws-cdk-lib'
import {
  AttributeType,
  BillingMode,
  CfnTable,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { Construct } from 'constructs'
import { SESSIONS, SWEEPS, type TableDefinition, type Key as TableKey } from '../../archive/tables'
import type { HandWrittenRole } from '../iam'
import { allowDescription, allowGrants, allowUseThrough } from './key'
import { TableProtection } from './table-protection'

const OPEN_SESSIONS = 'OpenSessions' satisfies keyof typeof SESSIONS.indexes
const BY_TARGET = 'ByTarget' satisfies keyof typeof SESSIONS.indexes

/** Operations of DynamoDB that the archiver calls on a table, or on an index of it. */
interface Calls {
  readonly table: Table
  readonly index?: string
  readonly operations: readonly string[]
}

export interface ArchiveTablesProps {
  readonly key: IKey
  /** Whether records may expire, at the time they carry. False: no more. @default - they never could */
  readonly expiring?: boolean
  /** Whether every change is told to whoever listens. */
  readonly streaming: boolean
  /** Whether the tables outlive the stack. */
  readonly removalPolicy: RemovalPolicy
  /** Who may change and delete what is archived. */
  readonly breakGlassPrincipals: readonly string[]
}

/** The two tables. By default they outlive the stack; they can be restored to any time of the last 35 days. */
export class ArchiveTables extends Construct {
  readonly sessions: Table
  readonly sweeps: Table
  /** All that the archiver calls, and may call: no operation deletes. */
  readonly archiverCalls: readonly Calls[]
  private readonly protections: TableProtection[] = []

  constructor(
    scope: Construct,
    id: string,
    private readonly props: ArchiveTablesProps,
  ) {
    super(scope, id)
    this.sessions = this.table('Sessions', SESSIONS, props.expiring)
    this.sweeps = this.table('Sweeps', SWEEPS)
    this.archiverCalls = [
      { table: this.sessions, operations: ['BatchGetItem', 'PutItem', 'UpdateItem'] },
      { table: this.sessions, index: OPEN_SESSIONS, operations: ['Query'] },
      { table: this.sessions, index: BY_TARGET, operations: ['Query'] },
      { table: this.sweeps, operations: ['BatchGetItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'] },
    ]
  }

  private table(id: string, definition: TableDefinition, expiring?: boolean): Table {
    const { indexes, timeToLiveAttribute } = definition
    const { key, removalPolicy, breakGlassPrincipals } = this.props
    const deletable = removalPolicy === RemovalPolicy.DESTROY
    // one for each table: whoever is granted something on one must not get it on the other
    const protection = new TableProtection(this, { breakGlassPrincipals, deletable })
    this.protections.push(protection)
    const table = new Table(this, id, {
      ...keyAttributes(definition),
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: key,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true, recoveryPeriodInDays: 35 },
      deletionProtection: !deletable,
      removalPolicy,
      resourcePolicy: protection.policy,
      stream: this.props.streaming ? StreamViewType.NEW_AND_OLD_IMAGES : undefined,
      timeToLiveAttribute: expiring ? timeToLiveAttribute : undefined,
    })
    if (timeToLiveAttribute !== undefined && expiring === false) expireNoMore(table, timeToLiveAttribute)
    for (const [indexName, key] of Object.entries(indexes))
      table.addGlobalSecondaryIndex({
        indexName,
        ...keyAttributes(key),
        projectionType: ProjectionType.ALL,
      })
    return table
  }

  /** Allows the archiver's calls to a role, which becomes the only one that writes. */
  grantArchive({ role, policy }: HandWrittenRole): void {
    for (const { table, index, operations } of this.archiverCalls)
      policy.addStatements(
        new PolicyStatement({
          actions: operations.map((operation) => `dynamodb:${operation}`),
          resources: [index === undefined ? table.tableArn : `${table.tableArn}/index/${index}`],
        }),
      )
    for (const protection of this.protections) protection.admit(role.roleArn)
    allowUseThrough(this.props.key, 'dynamodb', role)
  }

  /** Allows a role to back up both tables with AWS Backup, encrypted with the key. */
  grantBackup({ role, policy }: HandWrittenRole): void {
    policy.addStatements(
      new PolicyStatement({
        actions: ['dynamodb:DescribeTable', 'dynamodb:ListTagsOfResource', 'dynamodb:StartAwsBackupJob'],
        resources: [this.sessions.tableArn, this.sweeps.tableArn],
      }),
    )
    for (const service of ['dynamodb', 'backup']) allowUseThrough(this.props.key, service, role)
    allowGrants(this.props.key, role)
    allowDescription(this.props.key, role)
  }
}

/**
 * Switches expiry off where it was on: a template that says nothing of it any more fails to deploy, or leaves it on.
 *
 * @see https://github.com/aws/aws-cdk/issues/25655
 */
function expireNoMore({ node }: Table, attributeName: string): void {
  const { defaultChild: table } = node
  if (!(table instanceof CfnTable)) throw new Error(`${node.path}: expected a table of CloudFormation`)
  table.timeToLiveSpecification = { attributeName, enabled: false }
}

function keyAttributes({ partitionKey, sortKey }: TableKey) {
  const attribute = (name: string) => ({ name, type: AttributeType.STRING })
  return {
    partitionKey: attribute(partitionKey),
    sortKey: sortKey === undefined ? undefined : attribute(sortKey),
  }
}
