import type { Clock } from './clock'
import type { HttpAnswer } from './http-answer'
import { parseIsoDate } from './iso-date'

/**
 * The clock by HTTP, for other processes: GET returns the world's time, PUT moves it. Both answer the time in
 * ISO 8601.
 *
 * @param body of a PUT: an ISO 8601 time with a time zone
 */
export function answerClock(method: string | undefined, body: string, clock: Clock): HttpAnswer {
  if (method === 'GET') return text(200, clock.now().toISOString())
  if (method !== 'PUT') return text(405, `got method ${method}, expected GET or PUT`)
  const time = parseIsoDate(body.trim())
  if (time === undefined) {
    const got = JSON.stringify(body.slice(0, 100))
    return text(400, `got ${got}, expected an ISO 8601 time with a time zone, such as 2020-02-19T00:00:00Z`)
  }
  clock.set(time)
  return text(200, clock.now().toISOString())
}

function text(status: number, body: string): HttpAnswer {
  return { status, contentType: 'text/plain; charset=utf-8', body: `${body}\n` }
}
