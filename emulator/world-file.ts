import { readFile } from 'node:fs/promises'
import { asObject, MemberError, readMembers } from './members'
import type { SessionLife, SessionMembers } from './session'

/**
 * Sessions from files in the format that `aws ssm describe-sessions --output json` prints: `{"Sessions": […]}`, what
 * else there is in the object is ignored. A session in several files is one: what it was while open, and what it was
 * after its end; of several such forms the last counts.
 *
 * @param loadedAt the time of what has no dates
 * @throws Error that names the file, where in it, the value received and what was expected
 */
export async function loadSessions(paths: readonly string[], loadedAt: Date): Promise<SessionLife[]> {
  const files = await Promise.all(paths.map(readSessions))
  return merge(files.flat()).map((forms) => toLife(forms, loadedAt))
}

async function readSessions(path: string): Promise<SessionMembers[]> {
  try {
    return parseSessions(await readFile(path, 'utf8'))
  } catch (cause) {
    throw new Error(`${path}: ${cause instanceof Error ? cause.message : cause}`, { cause })
  }
}

function parseSessions(json: string): SessionMembers[] {
  const { Sessions } = asObject(parseJson(json), 'the file')
  if (!Array.isArray(Sessions)) throw new MemberError('Sessions', Sessions, 'an array of sessions')
  return Sessions.map((session, index) => readMembers(session, `Sessions[${index}]`))
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    throw new MemberError('the file', json, 'JSON')
  }
}

type Forms = Pick<SessionLife, 'whileOpen' | 'afterEnd'>

function merge(sessions: readonly SessionMembers[]): Forms[] {
  const byId = new Map<string, Forms>()
  const withoutId: Forms[] = []
  for (const session of sessions) {
    const form = isEnded(session) ? { afterEnd: session } : { whileOpen: session }
    const { SessionId = '' } = session
    if (SessionId === '') withoutId.push(form)
    else byId.set(SessionId, { ...byId.get(SessionId), ...form })
  }
  return [...byId.values(), ...withoutId]
}

function isEnded({ EndDate, Status }: SessionMembers): boolean {
  return EndDate !== undefined || Status === 'Terminated' || Status === 'Failed'
}

function toLife(forms: Forms, loadedAt: Date): SessionLife {
  const start = forms.afterEnd?.StartDate ?? forms.whileOpen?.StartDate
  if (forms.afterEnd === undefined) return { ...forms, startedAt: toDate(start) ?? loadedAt }
  const endedAt = toDate(forms.afterEnd.EndDate ?? start) ?? loadedAt
  return { ...forms, startedAt: toDate(start) ?? endedAt, endedAt }
}

function toDate(epochSeconds: number | undefined): Date | undefined {
  return epochSeconds === undefined ? undefined : new Date(Math.round(epochSeconds * 1000))
}
