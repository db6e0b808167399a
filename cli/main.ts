// The SDK of this project is pinned: its users need no advice about their version of Node.js.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
const { run } = require('./program') as typeof import('./program')
const { stdout, stderr, env } = process
// A getter: few commands ask, and only then may the terminal be touched.
const io = {
  stdout,
  stderr,
  env,
  cwd: process.cwd(),
  get stdin() {
    return process.stdin
  },
}
void run(process.argv.slice(2), io).then((status) => {
  process.exitCode = status
})
