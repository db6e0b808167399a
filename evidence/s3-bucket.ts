import {
  GetObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  type ObjectVersion,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import type { Bucket } from './bucket'

/** Versions of a page, and how many more than asked for may hide what is asked for. */
const PAGE = 1000
const HIDDEN = 9

/**
 * A bucket of S3. Whoever may write to it can hide an object behind another version or a delete marker, even if it is
 * locked: so only the first version of a name counts, and no name is used again.
 */
export class S3Bucket implements Bucket {
  /** Ids of first versions. */
  private readonly versions = new Map<string, string>()

  constructor(
    private readonly client: S3Client,
    private readonly bucket: string,
  ) {}

  async create(name: string, bytes: Uint8Array): Promise<'created' | 'exists'> {
    const command = new PutObjectCommand({ Bucket: this.bucket, Key: name, Body: bytes, IfNoneMatch: '*' })
    for (;;)
      try {
        await this.client.send(command)
        return 'created'
      } catch (error) {
        if (!(error instanceof S3ServiceException)) throw error
        if (error.name === 'PreconditionFailed') return 'exists'
        if (error.name !== 'ConditionalRequestConflict') throw error // another write of this name is under way
      }
  }

  async read(name: string): Promise<Buffer | undefined> {
    if (!this.versions.has(name)) for await (const one of this.list(name)) if (one >= name) break
    const VersionId = this.versions.get(name)
    if (VersionId === undefined) return undefined
    const { Body } = await this.client.send(
      new GetObjectCommand({ Bucket: this.bucket, Key: name, VersionId }),
    )
    return Buffer.from((await Body?.transformToByteArray()) ?? [])
  }

  async *list(folder: string, atMost?: number): AsyncIterable<string> {
    let name: string | undefined
    let first = ''
    for await (const { Key, VersionId } of this.listVersions(folder, atMost)) {
      if (Key === undefined || VersionId === undefined) continue
      if (name !== undefined && name !== Key) {
        this.versions.set(name, first)
        yield name
      }
      name = Key
      first = VersionId // the newest version of a name comes first, the first one last
    }
    if (name === undefined) return
    this.versions.set(name, first)
    yield name
  }

  private async *listVersions(Prefix: string, atMost = PAGE): AsyncGenerator<ObjectVersion> {
    const MaxKeys = Math.min(atMost + HIDDEN, PAGE)
    let page: ListObjectVersionsCommandOutput | undefined
    do {
      const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = page ?? {}
      const command = { Bucket: this.bucket, Prefix, MaxKeys, KeyMarker, VersionIdMarker }
      page = await this.client.send(new ListObjectVersionsCommand(command))
      yield* page.Versions ?? []
    } while (page.IsTruncated)
  }
}
