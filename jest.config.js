process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'

/** @type {import('jest').Config} */
module.exports = {
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  transform: { '\\.ts$': '@swc/jest' },
  testSequencer: '<rootDir>/test/longest-first.js',
  testTimeout: 300_000, // longer than the patience with a command, on however slow a machine
  maxWorkers: '100%', // of the cores; jest's default is one fewer
}
