import { SSMServiceException } from '@aws-sdk/client-ssm'
import type { Outcome } from '../archive/receipt'
import { UnreachableError } from './access'
import type { SweepJob } from './run'

/** What AWS's refusal means. A token is refused in a region that is not enabled, but not only there. */
export async function outcomeOf(
  error: unknown,
  { isDisabled }: Pick<SweepJob, 'isDisabled'>,
): Promise<Outcome> {
  if (error instanceof UnreachableError) return 'unreachable'
  if (!(error instanceof SSMServiceException)) return 'failed'
  if (error.name === 'AccessDeniedException') return 'denied'
  const isRefused = error.name === 'UnrecognizedClientException'
  return isRefused && (await isDisabled?.().catch(() => false)) ? 'disabled' : 'failed'
}
