import { RemovalPolicy } from 'aws-cdk-lib'
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  Table,
  type TableClass,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb'
import { type IRole, type ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { Construct } from 'constructs'
import { SESSIONS, SWEEPS, type TableDefinition, type Key as TableKey } from '../../archive/tables'
import { allowGrants, allowUseThrough, archiveKey } from './key'
import { TableProtection } from './table-protection'

const OPEN_SESSIONS = 'OpenSessions' satisfies keyof typeof SESSIONS.indexes

export interface ArchiveTablesProps {
  /** Whether records may expire, at the time they carry. */
  readonly expiring: boolean
  /** Whether tables and key outlive the stack. */
  readonly removalPolicy: RemovalPolicy
  /** Who may change and delete what is archived. @default - nobody */
  readonly breakGlassPrincipals?: readonly string[]
  /** ARN of a key to encrypt with. @default - a new one */
  readonly keyArn?: string
  /** @default - the standard class */
  readonly tableClass?: TableClass
}

/** The two tables and their key: kept whatever becomes of the stack, and recoverable to any of the last 35 days. */
export class ArchiveTables extends Construct {
  readonly key: IKey
  readonly sessions: Table
  readonly sweeps: Table
  private readonly protection: TableProtection

  constructor(
    scope: Construct,
    id: string,
    private readonly props: ArchiveTablesProps,
  ) {
    super(scope, id)
    const { breakGlassPrincipals = [], removalPolicy } = props
    const deletable = removalPolicy === RemovalPolicy.DESTROY
    this.key = archiveKey(this, 'Key', { ...props, mayDelete: breakGlassPrincipals, isProtected: !deletable })
    this.protection = new TableProtection(this, { breakGlassPrincipals, deletable })
    this.sessions = this.table('Sessions', SESSIONS, props.expiring)
    this.sweeps = this.table('Sweeps', SWEEPS, false)
  }

  private table(id: string, definition: TableDefinition, expiring: boolean): Table {
    const { indexes, timeToLiveAttribute } = definition
    const { removalPolicy, tableClass } = this.props
    const table = new Table(this, id, {
      ...keyAttributes(definition),
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: this.key,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true, recoveryPeriodInDays: 35 },
      deletionProtection: removalPolicy === RemovalPolicy.RETAIN,
      removalPolicy,
      resourcePolicy: this.protection.policy,
      ...(tableClass !== undefined && { tableClass }),
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

  /** Allows exactly the calls that archive, to this role alone: none of them can delete. */
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
        actions: ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
        resources: [this.sweeps.tableArn],
      }),
    )
    this.protection.admit(role.roleArn)
    allowUseThrough(this.key, 'dynamodb', role)
  }

  /** Allows to back up both tables with AWS Backup, encrypted with their key. */
  grantBackup(policy: ManagedPolicy, role: IRole): void {
    policy.addStatements(
      new PolicyStatement({
        actions: ['dynamodb:DescribeTable', 'dynamodb:ListTagsOfResource', 'dynamodb:StartAwsBackupJob'],
        resources: [this.sessions.tableArn, this.sweeps.tableArn],
      }),
    )
    for (const service of ['dynamodb', 'backup']) allowUseThrough(this.key, service, role)
    allowGrants(this.key, role)
  }
}

function keyAttributes({ partitionKey, sortKey }: TableKey) {
  const attribute = (name: string) => ({ name, type: AttributeType.STRING })
  return {
    partitionKey: attribute(partitionKey),
    ...(sortKey !== undefined && { sortKey: attribute(sortKey) }),
  }
}
