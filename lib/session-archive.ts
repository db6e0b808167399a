import { createHash } from 'node:crypto'
import { CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib'
import type { Table } from 'aws-cdk-lib/aws-dynamodb'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import type { ITopic } from 'aws-cdk-lib/aws-sns'
import { Construct } from 'constructs'
import { MEMBER_ROLE_NAME } from '../archive/names'
import { Evidence } from './evidence/evidence'
import { Monitoring } from './monitoring/monitoring'
import { checkProps, checkRegions, type SessionArchiveProps } from './props'
import { Backup } from './storage/backup'
import { archiveKey } from './storage/key'
import { ArchiveTables } from './storage/tables'
import { Archiver } from './sweeping/archiver'
import { MemberRoles } from './sweeping/member-roles'
import { Network } from './sweeping/network'
import type { Organization } from './sweeping/organization'

export type { SessionArchiveProps }

/** An archive of the Session Manager sessions of this account, or of an organization. Its outputs name what an operator needs next. */
export class SessionArchive extends Construct {
  /** One item per session, by SessionId. */
  readonly sessions: Table
  /** A receipt for each sweep. */
  readonly sweeps: Table
  readonly function: IFunction
  /** Every alarm is sent to it. */
  readonly alarmTopic: ITopic

  constructor(scope: Construct, id: string, props: SessionArchiveProps = {}) {
    super(scope, id)
    checkProps(props)
    checkRegions(props, Stack.of(this).region)
    const {
      schedule = Duration.hours(1),
      quietSchedule = Duration.hours(24),
      regions = 'all',
      excludeRegions = [],
      breakGlassPrincipals = [],
      logRetentionDays = 365,
      removalPolicy = RemovalPolicy.RETAIN,
      backupRetentionDays = removalPolicy === RemovalPolicy.RETAIN && 365,
      evidence: hasEvidence = removalPolicy === RemovalPolicy.RETAIN,
      evidenceRetentionDays = 365,
      vpcEndpoints = true,
      alarmWarmUp = true,
    } = props

    const storage = new Construct(this, 'Tables')
    const key = archiveKey(storage, 'Key', { keyArn: props.keyArn, removalPolicy, breakGlassPrincipals })
    // logical ids leave `Default` out, and those of the tables must not change
    const tables = new ArchiveTables(storage, 'Default', {
      key,
      expiring: props.retentionDays === undefined ? undefined : props.retentionDays !== false,
      streaming: hasEvidence,
      removalPolicy,
      breakGlassPrincipals,
    })
    const organization = organizationOf(props)
    const vpc = props.vpc ?? props.vpcId
    const network =
      vpc === undefined
        ? undefined
        : new Network(this, 'Network', {
            vpc,
            regions,
            organizationId: organization?.organizationId,
            endpoints: vpcEndpoints,
            evidence: hasEvidence,
          })
    const archiver = new Archiver(this, 'Archiver', {
      key,
      tables,
      schedule,
      quietSchedule,
      regions,
      excludeRegions,
      organization,
      removalPolicy,
      logRetentionDays,
      retentionDays: props.retentionDays || undefined,
      network,
    })
    const evidence = hasEvidence
      ? new Evidence(this, 'Evidence', {
          key,
          tables,
          failureQueue: archiver.failureQueue,
          lockDays: evidenceRetentionDays,
          removalPolicy,
          breakGlassPrincipals,
          logRetentionDays,
          network,
        })
      : undefined
    if (organization && props.deployMemberRoles)
      new MemberRoles(this, 'MemberRoles', {
        organization,
        targets: props.deployMemberRoles,
        callAs: props.deployMemberRolesAs ?? 'DELEGATED_ADMIN',
      })
    const backup =
      removalPolicy === RemovalPolicy.RETAIN
        ? new Backup(this, this.withKey('Backup', props.keyArn), {
            key,
            tables,
            retentionDays: backupRetentionDays,
            breakGlassPrincipals,
          })
        : undefined
    const archiveName = this.nameInStack()
    const { topic } = new Monitoring(this, 'Monitoring', {
      key,
      tables,
      archiver,
      evidence,
      archiveName,
      backupVaultName: backupRetentionDays === false ? undefined : backup?.vault.backupVaultName,
      schedule,
      quietSchedule,
      alarmEmail: props.alarmEmail,
      alarmWarmUp,
      topicArn: props.topicArn,
    })
    this.sessions = tables.sessions
    this.sweeps = tables.sweeps
    this.function = archiver.function
    this.alarmTopic = topic
    const output = (id: string, description: string, value: string) =>
      new CfnOutput(this, id, { description, value }).overrideLogicalId(`${archiveName}${id}`)
    output('SessionsTable', 'Every archived session', tables.sessions.tableName)
    output('SweepsTable', 'A receipt for each sweep', tables.sweeps.tableName)
    output('FunctionName', 'Sweeps what is due', archiver.function.functionName)
    output('AlarmTopic', 'Subscribe to be alarmed', topic.topicArn)
    if (evidence !== undefined) {
      output('EvidenceBucket', 'The evidence log', evidence.bucket.bucketName)
      output('EvidenceKey', 'Signs the evidence log', evidence.signingKeyArn)
    }
    if (organization === undefined) return
    output('OrganizationId', 'Its accounts are swept', organization.organizationId)
    output('MemberRoleName', 'The role that is assumed in each account', organization.memberRoleName)
    output('ArchiverRoleArn', 'The role that assumes it', archiver.role.roleArn)
  }

  /** What tells this archive from others in its stack: its path there, or nothing if that is `SessionArchive`. */
  private nameInStack(): string {
    const path = this.node.path.slice(Stack.of(this).node.path.length).replace(/[^A-Za-z0-9]/g, '')
    return path === 'SessionArchive' ? '' : path
  }

  /** The id of something that cannot change its key. It is another thing, with another id, for each key. */
  private withKey(id: string, keyArn: string | undefined): string {
    if (keyArn === undefined) return id
    const arn = JSON.stringify(Stack.of(this).resolve(keyArn)) // may be a reference
    return `${id}-${createHash('sha256').update(arn).digest('hex').slice(0, 8)}`
  }
}

function organizationOf(props: SessionArchiveProps): Organization | undefined {
  const { organizationId, memberRoleName = MEMBER_ROLE_NAME } = props
  if (organizationId === undefined) return undefined
  const { includeAccounts, excludeAccounts, excludeOrganizationalUnits } = props
  return { organizationId, memberRoleName, includeAccounts, excludeAccounts, excludeOrganizationalUnits }
}
