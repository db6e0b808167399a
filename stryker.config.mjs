import { existsSync } from 'node:fs'

/** Plants bugs in one file, and says which of them its tests, or else those of its folder, do not see. */
const [, folder, name] = /(\w+)\/([\w-]+)\.ts$/.exec(process.argv.at(-1)) ?? []
const tests = existsSync(`test/${folder}/${name}.test.ts`) ? `${name}?(-*)` : '!(*.slow)'

export default {
  testRunner: 'jest',
  jest: {
    config: { testMatch: [`<rootDir>/test/${folder}/${tests}.test.ts`] },
    enableFindRelatedTests: false,
  },
  coverageAnalysis: 'perTest',
  reporters: ['clear-text', 'progress'],
  clearTextReporter: { reportTests: false, allowColor: false },
  ignorePatterns: ['bench', 'docs'],
  tsconfigFile: 'none', // Stryker cannot read the one of TypeScript 7
  timeoutMS: 60_000, // more than the slowest test takes on a busy machine
  concurrency: 2,
}
