import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { buildFunction } from './function-code'

/** Builds what `npm pack` packs: the constructs with their types, and the function's code. */
const root = join(__dirname, '..')
const dist = join(root, 'dist')
rmSync(dist, { recursive: true, force: true })
execFileSync('npx', ['tsc', '-p', 'tsconfig.package.json'], { cwd: root, stdio: 'inherit' })
for (const name of ['archiver', 'evidence-log'])
  buildFunction(join(dist, 'functions', name), join(root, `lambda/${name}.ts`))
