import type { List } from '../archive/record'
import type { Run } from './run'
import { storePages } from './store-pages'

/**
 * Whether a list has the session, which is then archived. Undefined if the look-up took too many pages: AWS may apply
 * the filter to pages that are cut already. A full sweep that was not sliced has then seen the whole list.
 */
export async function lookUpSession(run: Run, state: List, sessionId: string): Promise<boolean | undefined> {
  let found = false
  const isDrained = await storePages(run, {
    state,
    filters: [{ key: 'SessionId', value: sessionId }],
    stopAfter: (pages) => found || pages === run.limits.pagesBeforeEstimate,
    onStored: ({ sessions }) => {
      found ||= sessions.some(({ SessionId }) => SessionId === sessionId)
    },
  })
  if (found) return true
  return isDrained ? false : undefined
}
