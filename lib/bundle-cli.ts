import { cpSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import type { Plugin } from 'esbuild'
import type { Bundle } from './function-code'

const ROOT = join(__dirname, '..')
const CLI = join(ROOT, 'cli')

/** LevelDB is no JavaScript: its builds for these are packed, and one is loaded when an archive in a folder is opened. */
const PREBUILDS = ['darwin-x64+arm64', 'linux-arm64', 'linux-x64', 'win32-x64']

/** Is in those builds, too. */
const NATIVE_HEADER = 'node_modules/napi-macros/napi-macros.h'

/** Bundles the command line into one file that needs no other package, with what it reads beside it. */
export async function bundleCli(folder: string): Promise<Bundle> {
  const { build } = require('esbuild') as typeof import('esbuild') // the npm package has no esbuild
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [join(CLI, 'main.ts')],
    outfile: join(folder, 'session-archive.js'),
    banner: { js: '#!/usr/bin/env node' },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    mainFields: ['module', 'main'],
    minify: true, // a start takes as long as Node.js reads
    keepNames: true, // errors are known by their names
    legalComments: 'none',
    logLevel: 'error',
    metafile: true,
    plugins: [ownFolders, dynalite, level],
  })
  for (const file of readdirSync(CLI, { recursive: true, encoding: 'utf8' }).filter(isRead))
    cpSync(join(CLI, file), join(folder, file))
  const native = join(dirname(require.resolve('classic-level/package.json')), 'prebuilds')
  for (const platform of PREBUILDS)
    cpSync(join(native, platform), join(folder, 'prebuilds', platform), { recursive: true })
  return { inputs: { ...metafile.inputs, [NATIVE_HEADER]: {} } }
}

/** Read at run time, by its place beside the code. */
function isRead(file: string): boolean {
  return /\.(?:css|js)$/.test(file)
}

/** A file's folder is still its own. */
const ownFolders: Plugin = {
  name: 'own folders',
  setup(build) {
    build.onLoad({ filter: /[/\\]cli[/\\].*\.ts$/ }, ({ path }) => {
      const here = JSON.stringify(relative(CLI, dirname(path)))
      const text = readFileSync(path, 'utf8')
      return {
        contents: text.replaceAll(/\b__dirname\b/g, `require('node:path').join(__dirname, ${here})`),
        loader: 'ts',
      }
    })
  },
}

/** It loads its operations by their names, without the `.js` that a bundler looks for. */
const dynalite: Plugin = {
  name: 'dynalite',
  setup(build) {
    build.onLoad({ filter: /[/\\]dynalite[/\\]index\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll(
        /(require\('\.\/(?:actions|validations)\/' \+ action)\)/g,
        "$1 + '.js')",
      ),
    }))
  },
}

/** Only an archive in a folder needs LevelDB: without a build for this machine, everything else works. */
const level: Plugin = {
  name: 'level',
  setup(build) {
    build.onLoad({ filter: /[/\\]level[/\\]index\.js$/ }, () => ({ contents: LEVEL, resolveDir: ROOT }))
  },
}

const LEVEL = `
exports.Level = class {
  constructor(...options) {
    try {
      const { ClassicLevel } = require('classic-level')
      return new ClassicLevel(...options)
    } catch (cause) {
      if (!String(cause).includes('No native build')) throw cause
      const expected = ${JSON.stringify(PREBUILDS.join(', '))}
      const received = process.platform + '-' + process.arch
      throw new Error('LevelDB: received the machine ' + received + ', expected one of ' + expected)
    }
  }
}
`
