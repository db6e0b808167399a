/**
 * Actions of DynamoDB on a table, of the service authorization reference, by what they could do to an archive.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_dynamodb.html
 */
export const DYNAMODB_ACTIONS = {
  /** What they would do to items. A transaction needs the permission of each of its writes. */
  items: {
    BatchWriteItem: 'adds, replaces and deletes',
    DeleteItem: 'deletes',
    DeleteTable: 'deletes all of them',
    PartiQLDelete: 'deletes',
    PartiQLInsert: 'adds, past the conditions of the archiver',
    PartiQLUpdate: 'changes',
    PutItem: 'adds, replaces',
    UpdateItem: 'adds, changes',
  },
  /** How they could have items lost, hidden, or copied elsewhere. */
  settings: {
    DeleteResourcePolicy: 'ends this protection',
    DisableKinesisStreamingDestination: 'ends a copy',
    EnableKinesisStreamingDestination: 'copies what is written',
    PutResourcePolicy: 'ends this protection',
    UpdateContinuousBackups: 'ends recovery',
    UpdateKinesisStreamingDestination: 'changes a copy',
    UpdateTable: 'deletes indexes, adds replicas, ends the protection from deletion, changes the key',
    UpdateTableReplicaAutoScaling: 'throttles',
    UpdateTimeToLive: 'has items expire',
  },
  /** They read, or copy what can be read into a place of the caller's. */
  harmless: [
    'BatchGetItem',
    'ConditionCheckItem',
    'CreateBackup',
    'DescribeTable',
    'ExportTableToPointInTime',
    'GetItem',
    'GetResourcePolicy',
    'ListTagsOfResource',
    'PartiQLSelect',
    'Query',
    'RestoreTableToPointInTime',
    'Scan',
    'StartAwsBackupJob',
    'TagResource',
    'UpdateContributorInsights',
  ],
} as const

/**
 * All that DynamoDB takes in the policy of a table; it refuses a policy with any other.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-iam-actions.html
 */
export const TABLE_POLICY_ACTIONS: readonly string[] = [
  'BatchGetItem',
  'BatchWriteItem',
  'ConditionCheckItem',
  'CreateBackup',
  'DeleteItem',
  'DeleteResourcePolicy',
  'DeleteTable',
  'DescribeContinuousBackups',
  'DescribeContributorInsights',
  'DescribeKinesisStreamingDestination',
  'DescribeTable',
  'DescribeTableReplicaAutoScaling',
  'DescribeTimeToLive',
  'DisableKinesisStreamingDestination',
  'EnableKinesisStreamingDestination',
  'ExportTableToPointInTime',
  'GetItem',
  'GetResourcePolicy',
  'ListTagsOfResource',
  'PartiQLDelete',
  'PartiQLInsert',
  'PartiQLSelect',
  'PartiQLUpdate',
  'PutItem',
  'PutResourcePolicy',
  'Query',
  'RestoreTableToPointInTime',
  'Scan',
  'TagResource',
  'UntagResource',
  'UpdateContinuousBackups',
  'UpdateContributorInsights',
  'UpdateItem',
  'UpdateKinesisStreamingDestination',
  'UpdateTable',
  'UpdateTableReplicaAutoScaling',
  'UpdateTimeToLive',
]
