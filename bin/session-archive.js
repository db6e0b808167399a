#!/usr/bin/env node
// This project's SDK version is pinned: advice to move on from the user's Node version is not for the user.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
require('tsx/cjs')
require('../cli/program.ts').run(process.argv)
