import { join } from 'node:path'
import { S3Client } from '@aws-sdk/client-s3'
import type { Table } from '../archive/batch-get'
import type { Bucket } from '../evidence/bucket'
import { Folder } from '../evidence/folder'
import { S3Bucket } from '../evidence/s3-bucket'
import { type AwsConfig, awsConfig } from './aws-config'
import type { ArchiveLocation, AwsFlags } from './flags'
import { type Io, UsageError } from './io'
import { EVIDENCE } from './local-log'
import { withArchive } from './open-archive'
import { stackOutputs } from './stack-outputs'

export interface OpenEvidence {
  readonly sessions: Table
  readonly bucket: Bucket
}

/** Opens an archive with its log, uses both and closes them. */
export async function withEvidence<T>(
  location: ArchiveLocation,
  flags: AwsFlags,
  io: Io,
  use: (evidence: OpenEvidence) => Promise<T>,
): Promise<T> {
  if ('folder' in location) {
    const bucket = new Folder(join(location.folder, EVIDENCE))
    return withArchive(location, flags, io, ({ sessions }) => use({ sessions, bucket }))
  }
  if (!('stack' in location))
    throw new UsageError('the log of an archive is found by its stack: expected --stack or --local')
  const aws = await awsConfig(flags, io)
  const s3 = new S3Client({ ...aws, forcePathStyle: aws.endpoint !== undefined })
  try {
    const bucket = new S3Bucket(s3, await bucketOf(location.stack, aws))
    return await withArchive(location, flags, io, ({ sessions }) => use({ sessions, bucket }), aws)
  } finally {
    s3.destroy()
  }
}

/** @throws Error if the stack has none */
async function bucketOf(stack: string, aws: AwsConfig): Promise<string> {
  const outputs = await stackOutputs(stack, aws)
  const buckets = [...outputs].flatMap(([name, value]) => (name.endsWith('EvidenceBucket') ? [value] : []))
  const [bucket, ...others] = buckets
  if (bucket === undefined || others.length > 0)
    throw new Error(
      `stack ${JSON.stringify(stack)}: received ${buckets.length} outputs EvidenceBucket, expected one`,
    )
  return bucket
}
