import { asArray, asObject, parseJson } from './json'
import { readMembers } from './members'
import type { SessionLife, SessionMembers } from './session'
import { decode, readBytes } from './utf8'

const HOW_TO_SAVE =
  'Save it as UTF-8 JSON: aws ssm describe-sessions --state History --output json > history.json. In Windows PowerShell, end that line with | Out-File -Encoding utf8 history.json'

/**
 * Sessions from files as `aws ssm describe-sessions --output json` prints them: `{"Sessions": […]}`, or with `--query`,
 * `[…]` with null for what a session does not have. Other members of that object are ignored. A SessionId in several
 * places is one session, once while it was open and once after its end: of two open forms, or two ended ones, the last
 * counts.
 *
 * @param loadedAt start and end of sessions without dates
 * @throws Error that names the file, the place in it, the value received, what was expected, and how to save it
 */
export async function loadSessions(paths: readonly string[], loadedAt: Date): Promise<SessionLife[]> {
  const files = await Promise.all(paths.map(readSessions))
  return merge(files.flat()).map((forms) => toLife(forms, loadedAt))
}

async function readSessions(path: string): Promise<SessionMembers[]> {
  const bytes = await readBytes(path)
  try {
    return parseSessions(decode(bytes))
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : cause
    throw new Error(`${path}: ${message}. ${HOW_TO_SAVE}`, { cause })
  }
}

function parseSessions(json: string): SessionMembers[] {
  const value = parseJson(json, 'the file')
  const [sessions, path] = Array.isArray(value)
    ? [value, '']
    : [asObject(value, 'the file').Sessions, 'Sessions']
  return asArray(sessions, path, 'sessions').map((session, index) =>
    readMembers(session, `${path}[${index}]`),
  )
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
