process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'

/** These packages are ES modules only, which Jest cannot require. */
const ES_MODULES = [
  ...['p-map', 'pretty-ms', 'parse-ms', 'd3-[a-z-]+', 'internmap'],
  ...['string-width', 'strip-ansi', 'ansi-regex', 'get-east-asian-width', 'cli-truncate', 'slice-ansi'],
  ...['ansi-styles', 'is-fullwidth-code-point', 'ora', 'chalk', 'cli-cursor', 'restore-cursor', 'onetime'],
  ...[
    'mimic-function',
    'cli-spinners',
    'is-interactive',
    'is-unicode-supported',
    'log-symbols',
    'stdin-discarder',
  ],
  ...['yoctocolors'],
]

/** @type {import('jest').Config} */
module.exports = {
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  transform: { '\\.m?[jt]s$': '@swc/jest' },
  transformIgnorePatterns: [`/node_modules/(?!(${ES_MODULES.join('|')})/)`],
  testSequencer: '<rootDir>/test/longest-first.js',
  testTimeout: 300_000, // longer than the patience with a command, on however slow a machine
  maxWorkers: '100%', // of the cores; jest's default is one fewer
}
