const { default: Sequencer } = require('@jest/test-sequencer')

/** Jest starts the largest files first where it knows no durations; these are small and take the longest. */
const LONGEST = ['model', 'sweep/cost', 'memory', 'failures', 'sweep/sweep', 'kills', 'package']

module.exports = class extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => {
      const place = LONGEST.findIndex((name) => path.endsWith(`${name}.test.ts`))
      return place === -1 ? LONGEST.length : place
    }
    return super.sort(tests).toSorted((a, b) => rank(a) - rank(b))
  }
}
