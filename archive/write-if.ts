import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'

/**
 * `unsure`: the condition failed on a retry, and an earlier try may have written although its answer was lost.
 */
export type Written = 'written' | 'refused' | 'unsure'

/** Waits for a conditional write. A failed condition is a normal outcome: another write was there first. */
export async function writeIf(write: Promise<unknown>): Promise<Written> {
  try {
    await write
    return 'written'
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error
    return (error.$metadata.attempts ?? 1) > 1 ? 'unsure' : 'refused'
  }
}
