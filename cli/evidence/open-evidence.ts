import { S3Client } from '@aws-sdk/client-s3'
import type { Bucket } from '../../evidence/bucket'
import { Folder } from '../../evidence/folder'
import { S3Bucket } from '../../evidence/s3-bucket'
import { type AwsConfig, awsConfig } from '../aws-config'
import type { ArchiveLocation, AwsFlags } from '../flags'
import type { Io } from '../io'
import { type OpenArchive, withArchive } from '../open-archive'

/**
 * Opens an archive with its log, uses both and closes them.
 *
 * @throws Error if it has none
 */
export async function withEvidence<T>(
  location: ArchiveLocation,
  flags: AwsFlags,
  io: Io,
  use: (archive: OpenArchive, bucket: Bucket) => Promise<T>,
): Promise<T> {
  const aws = await awsConfig(flags, io)
  const useBoth = (archive: OpenArchive) =>
    withBucket(archive, aws, (bucket) => {
      if (bucket === undefined)
        throw new Error(
          'the archive has no evidence log, or it is named by its tables: expected --stack of one with an output EvidenceBucket, or --local',
        )
      return use(archive, bucket)
    })
  return withArchive(location, flags, io, useBoth, aws)
}

/** @param use gets undefined if the archive has no log, or if it is named by its tables */
export async function withBucket<T>(
  { evidence }: OpenArchive,
  aws: AwsConfig,
  use: (bucket: Bucket | undefined) => Promise<T>,
): Promise<T> {
  if (evidence === undefined) return use(undefined)
  if ('folder' in evidence) return use(new Folder(evidence.folder))
  const s3 = new S3Client(aws)
  return use(new S3Bucket(s3, evidence.bucketName)).finally(() => s3.destroy())
}
