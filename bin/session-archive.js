#!/usr/bin/env node
// The SDK of this project is pinned: its users need no advice about their version of Node.js.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
require('tsx/cjs')
const { stdout, stderr, env } = process
const io = { stdout, stderr, env, cwd: process.cwd() }
// A getter: few commands ask, and only then may the terminal be touched.
Object.defineProperty(io, 'stdin', { get: () => process.stdin })
require('../cli/program.ts')
  .run(process.argv.slice(2), io)
  .then((status) => {
    process.exitCode = status
  })
