import type { SessionLife, SessionMembers } from '../../emulator/session'
import { HOUR, NOW, SECOND } from './times'

/** By default from an hour to half an hour before `now`. Its members show its times, unless they are given. */
export function endedSession(members: SessionMembers = {}, life: Partial<SessionLife> = {}, now = NOW) {
  const { startedAt = new Date(now.getTime() - HOUR), endedAt = new Date(now.getTime() - HOUR / 2) } = life
  const afterEnd: SessionMembers = {
    SessionId: 'Mary-Major-0ab177d470EXAMPLE',
    Status: 'Terminated',
    StartDate: startedAt.getTime() / 1000,
    EndDate: endedAt.getTime() / 1000,
    ...members,
  }
  return { startedAt, endedAt, afterEnd, ...life }
}

/** `s-0`, `s-1` …: each started a second before the previous one, and all ended an hour before `now`. */
export function endedSessions(count: number, members: SessionMembers = {}, now = NOW) {
  const endedAt = new Date(now.getTime() - HOUR)
  return Array.from({ length: count }, (_, n) => {
    const startedAt = new Date(endedAt.getTime() - (n + 1) * SECOND)
    return endedSession({ SessionId: `s-${n}`, ...members }, { startedAt, endedAt })
  })
}
