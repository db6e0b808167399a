import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundleCli } from './bundle-cli'
import { buildFunction } from './function-code'
import { noticesOf } from './notices'

const ROOT = join(__dirname, '..')
const DIST = join(ROOT, 'dist')

/** Builds what `npm pack` packs: the constructs with their types, the functions' code, and the command line. */
async function buildPackage(): Promise<void> {
  rmSync(DIST, { recursive: true, force: true })
  execFileSync('npx', ['tsc', '-p', 'tsconfig.package.json'], { cwd: ROOT, stdio: 'inherit' })
  const functions = ['archiver', 'evidence-log'].map((name) =>
    buildFunction(join(DIST, 'functions', name), join(ROOT, `lambda/${name}.ts`)),
  )
  const cli = await bundleCli(join(DIST, 'cli'))
  writeFileSync(join(DIST, 'NOTICES'), noticesOf([...functions, cli], ROOT))
}

void buildPackage()
