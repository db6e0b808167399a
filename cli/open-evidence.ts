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

/** Opens an archive with its log, uses both and closes them. @throws Error if it has none */
export async function withEvidence<T>(
  location: ArchiveLocation,
  flags: AwsFlags,
  io: Io,
  use: (evidence: OpenEvidence) => Promise<T>,
): Promise<T> {
  const aws = 'folder' in location ? undefined : await awsConfig(flags, io)
  return withArchive(
    location,
    flags,
    io,
    ({ sessions }) =>
      withBucket(location, aws, (bucket) => use({ sessions, bucket: required(bucket, location) })),
    aws,
  )
}

/** @param use gets undefined if the archive has no log, or if it is named by its tables only */
export async function withBucket<T>(
  location: ArchiveLocation,
  aws: AwsConfig | undefined,
  use: (bucket: Bucket | undefined) => Promise<T>,
): Promise<T> {
  if ('folder' in location) return use(new Folder(join(location.folder, EVIDENCE)))
  if (!('stack' in location) || aws === undefined) return use(undefined)
  const outputs = await stackOutputs(location.stack, aws)
  const [name, ...others] = [...outputs].flatMap(([key, value]) =>
    key.endsWith('EvidenceBucket') ? [value] : [],
  )
  if (name === undefined || others.length > 0) return use(undefined)
  const s3 = new S3Client({ ...aws, forcePathStyle: aws.endpoint !== undefined })
  return use(new S3Bucket(s3, name)).finally(() => s3.destroy())
}

function required(bucket: Bucket | undefined, location: ArchiveLocation): Bucket {
  if (bucket !== undefined) return bucket
  if ('stack' in location)
    throw new Error(
      `stack ${JSON.stringify(location.stack)}: expected one output EvidenceBucket (evidence: true)`,
    )
  throw new UsageError('the log of an archive is found by its stack: expected --stack or --local')
}
