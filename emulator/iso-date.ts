const ISO_DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/

/**
 * The instant of an ISO 8601 date and time with a time zone, such as `2018-08-29T00:00:00Z` or
 * `2020-02-18T23:50:33.188000+00:00`, cut to milliseconds. Returns undefined for any other text.
 */
export function parseIsoDate(text: string): Date | undefined {
  const [, year, month, day] = ISO_DATE_TIME.exec(text) ?? []
  const time = new Date(text)
  // JavaScript reads February 30 as March 1 or 2.
  const dayOfMonth = new Date(`${year}-${month}-${day}T00:00:00Z`).getUTCDate()
  return dayOfMonth === Number(day) && !Number.isNaN(time.getTime()) ? time : undefined
}
