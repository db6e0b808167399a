const LISTED = 100

/** What was found: how often, and the first hundred. */
export class Findings {
  count = 0
  private readonly first: string[] = []

  add(finding: string): void {
    this.count += 1
    if (this.first.length < LISTED) this.first.push(finding)
  }

  get list(): string[] {
    const others = this.count - this.first.length
    return others === 0 ? this.first : [...this.first, `and ${others} more`]
  }
}
