/**
 * Actions of DynamoDB on a table, by what they could do to an archive.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_dynamodb.html
 */
export const DYNAMODB_ACTIONS = {
  /** They add, change or delete items. A transaction needs the permission of each of its writes. */
  items: words(
    'BatchWriteItem DeleteItem DeleteTable PartiQLDelete PartiQLInsert PartiQLUpdate PutItem UpdateItem',
  ),
  /** They let items be lost, hidden, or copied elsewhere: by expiry, replicas, another key, or without protection. */
  settings: words(
    `DeleteResourcePolicy DisableKinesisStreamingDestination EnableKinesisStreamingDestination PutResourcePolicy
    UpdateContinuousBackups UpdateKinesisStreamingDestination UpdateTable UpdateTableReplicaAutoScaling
    UpdateTimeToLive`,
  ),
  /** They read, or copy what can be read to a place of the caller's. */
  harmless: words(
    `BatchGetItem ConditionCheckItem CreateBackup DescribeTable ExportTableToPointInTime GetItem GetResourcePolicy
    ListTagsOfResource PartiQLSelect Query RestoreTableToPointInTime Scan StartAwsBackupJob TagResource
    UpdateContributorInsights`,
  ),
}

/**
 * All actions that DynamoDB takes in the policy of a table; it refuses a policy with any other.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-iam-actions.html
 */
export const TABLE_POLICY_ACTIONS = words(
  `BatchGetItem BatchWriteItem ConditionCheckItem CreateBackup DeleteItem DeleteResourcePolicy DeleteTable
  DescribeContinuousBackups DescribeContributorInsights DescribeKinesisStreamingDestination DescribeTable
  DescribeTableReplicaAutoScaling DescribeTimeToLive DisableKinesisStreamingDestination
  EnableKinesisStreamingDestination ExportTableToPointInTime GetItem GetResourcePolicy ListTagsOfResource
  PartiQLDelete PartiQLInsert PartiQLSelect PartiQLUpdate PutItem PutResourcePolicy Query RestoreTableToPointInTime
  Scan TagResource UntagResource UpdateContinuousBackups UpdateContributorInsights UpdateItem
  UpdateKinesisStreamingDestination UpdateTable UpdateTableReplicaAutoScaling UpdateTimeToLive`,
)

function words(text: string): string[] {
  return text.split(/\s+/)
}
