import type { SessionRecord } from '../../archive/record'
import { type Anonymity, anonymity } from '../../audit/identity'
import type { ShownSession } from '../../audit/last-seen'

export interface Person {
  /** As it was spelled last. */
  name: string | undefined
  readonly isAnonymous: boolean
  sessions: number
  withoutReason: number
}

export interface Named {
  name: string | undefined
  sessions: number
}

export interface Anonymous extends Anonymity {
  sessions: number
  readonly owner: string | undefined
  readonly first: string | undefined
  last: string | undefined
}

const LONGEST = 10
/** The oldest of those that have not ended. */
const OPEN_SHOWN = 50

/** What the page says of all sessions together. Memory grows with people, targets and days, not with sessions. */
export class Tally {
  sessions = 0
  failed = 0
  open = 0
  stale = 0
  endUnknown = 0
  /** AWS did not list them; CloudTrail knows of them. */
  recovered = 0
  withoutReason = 0
  withoutStart = 0
  withoutDuration = 0
  totalSeconds = 0
  /** By OwnerKey. The key undefined is for sessions without one, here and below. */
  readonly people = new Map<string | undefined, Person>()
  /** By Target, with the name that the latest session has. */
  readonly targets = new Map<string | undefined, Named>()
  readonly documents = new Map<string | undefined, number>()
  /** By AccountId, with the name that the latest session has. */
  readonly accounts = new Map<string | undefined, Named>()
  /** By StartDay. */
  readonly days = new Map<string, number>()
  /** By Owner. */
  readonly anonymous = new Map<string | undefined, Anonymous>()
  /** The longest first. */
  readonly longest: SessionRecord[] = []
  readonly notEnded: ShownSession[] = []

  add(record: ShownSession): void {
    this.sessions += 1
    if (record.Status === 'Failed') this.failed += 1
    if (record.State === 'Recovered') this.recovered += 1
    countNamed(this.targets, textOf(record.Target), record.TargetName)
    count(this.documents, textOf(record.DocumentName))
    countNamed(this.accounts, textOf(record.AccountId), record.AccountName)
    if (record.StartDay === undefined) this.withoutStart += 1
    else count(this.days, record.StartDay)
    const why = anonymity(record)
    this.addPerson(record, why !== undefined)
    if (why !== undefined) this.addAnonymous(record, why)
    this.addDuration(record)
    this.addOpen(record)
  }

  private addPerson(record: SessionRecord, isAnonymous: boolean): void {
    const { OwnerKey, OwnerName: name } = record
    const person = this.people.get(OwnerKey) ?? { name, isAnonymous, sessions: 0, withoutReason: 0 }
    this.people.set(OwnerKey, person)
    person.name = name
    person.sessions += 1
    if (hasReason(record)) return
    person.withoutReason += 1
    this.withoutReason += 1
  }

  private addAnonymous(record: SessionRecord, why: Anonymity): void {
    const owner = textOf(record.Owner)
    const known = this.anonymous.get(owner)
    if (known === undefined) {
      const { StartDate } = record
      this.anonymous.set(owner, { ...why, owner, sessions: 1, first: StartDate, last: StartDate })
    } else {
      known.sessions += 1
      known.last = record.StartDate ?? known.last
    }
  }

  private addDuration(record: SessionRecord): void {
    const { DurationSeconds: seconds } = record
    if (typeof seconds !== 'number') {
      this.withoutDuration += 1
      return
    }
    this.totalSeconds += Math.max(0, seconds)
    const place = this.longest.findIndex((other) => Number(other.DurationSeconds) < seconds)
    this.longest.splice(place === -1 ? this.longest.length : place, 0, record)
    this.longest.splice(LONGEST)
  }

  private addOpen(record: ShownSession): void {
    if (record.State !== 'Active') return
    if (record.Stale) this.stale += 1
    if (record.EndUnknown === true) this.endUnknown += 1
    else this.open += 1
    if (this.notEnded.length < OPEN_SHOWN) this.notEnded.push(record)
  }
}

/** A reason of nothing but spaces and invisible characters does not count. */
function hasReason({ Reason }: SessionRecord): boolean {
  return typeof Reason === 'string' && !/^[\s\p{C}]*$/u.test(Reason)
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function countNamed(counts: Map<string | undefined, Named>, id: string | undefined, name: unknown): void {
  const counted = counts.get(id) ?? { name: undefined, sessions: 0 }
  counts.set(id, counted)
  counted.name = textOf(name) ?? counted.name
  counted.sessions += 1
}

function count<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
