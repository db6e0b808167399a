const { readdirSync } = require('node:fs')

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'

/** Jest cannot require these packages, nor those in them, until they are transformed. */
const ES_MODULES = readdirSync(`${__dirname}/node_modules`).filter((name) => {
  try {
    return require(`./node_modules/${name}/package.json`).type === 'module'
  } catch {
    return false // not a package
  }
})

/** @type {import('jest').Config} */
module.exports = {
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'], // of which `*.slow.test.ts` are not run by `npm test`
  transform: { '\\.m?[jt]s$': '@swc/jest' },
  transformIgnorePatterns: [`^<rootDir>/node_modules/(?!(${ES_MODULES.join('|')})/)`],
  globalSetup: '<rootDir>/test/support/one-temporary-folder.ts',
  testTimeout: 300_000, // for slow machines
  maxWorkers: '100%', // of the cores; Jest's default is one fewer
}
