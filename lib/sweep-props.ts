import type { Duration } from 'aws-cdk-lib'
import { REGION } from '../archive/names'
import { type Invalid, isDuration, isListOf, isText, isTimeWithin, type Unchecked } from './checks'

/** What is swept, and how often. */
export interface SweepProps {
  /** How often sources are swept in which something happens: whole minutes, from 5 minutes to 24 hours. @default Duration.hours(1) */
  readonly schedule?: Duration
  /** How often quiet sources are swept, in which no session was open or ended for 7 days: from the schedule to 24 hours. @default Duration.hours(24) */
  readonly quietSchedule?: Duration
  /** Regions whose sessions are archived; `all`: every enabled one, and each that is enabled later. @default 'all' */
  readonly regions?: 'all' | readonly string[]
  /** Regions that are left out of `all`. @default - none */
  readonly excludeRegions?: readonly string[]
}

const HOUR = 60
const DAY = 24 * HOUR

/** @throws Error naming the prop, the value received and what was expected */
export function checkSweepProps(props: Unchecked<SweepProps>, invalid: Invalid<keyof SweepProps>): void {
  const { schedule, quietSchedule, regions, excludeRegions } = props
  const isRegion = (region: string) => isText(region, REGION)

  if (!isTimeWithin(schedule, 5, DAY))
    throw invalid(
      'schedule',
      'a rate in whole minutes or hours, from 5 minutes to 24 hours, such as "1 hour" or "30 minutes"',
    )
  const period = isDuration(schedule) ? schedule.toMinutes() : HOUR
  if (!isTimeWithin(quietSchedule, period, DAY))
    throw invalid(
      'quietSchedule',
      `a rate in whole minutes or hours, from the schedule (${period} minutes) to 24 hours, such as "24 hours"`,
    )
  if (regions !== 'all' && !isListOf(regions, isRegion))
    throw invalid('regions', '"all", or different regions such as "eu-west-1,us-east-1"')
  if (!isListOf(excludeRegions, isRegion))
    throw invalid('excludeRegions', 'different regions such as "eu-west-1,us-east-1"')
  if (excludeRegions !== undefined && regions !== undefined && regions !== 'all')
    throw invalid('excludeRegions', 'none beside a list of regions, which leaves out all others')
}
