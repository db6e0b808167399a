import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Code } from 'aws-cdk-lib/aws-lambda'

/** The module that {@link functionCode} holds. */
export const FUNCTION_MODULE = 'index'

/** The function's code: in the npm package it is built already, in a checkout it is built now. */
export function functionCode(): Code {
  const packaged = join(__dirname, '../function')
  if (existsSync(packaged)) return Code.fromAsset(packaged)
  const folder = mkdtempSync(join(tmpdir(), 'session-archiver-'))
  buildFunction(folder)
  return Code.fromAsset(folder)
}

/** Bundles a handler into {@link FUNCTION_MODULE} in a folder, the SDK included: what is tested is what runs. */
export function buildFunction(folder: string, handler = join(__dirname, '../lambda/archiver.ts')): void {
  const { buildSync } = require('esbuild') as typeof import('esbuild') // not there in the npm package
  buildSync({
    entryPoints: [handler],
    outfile: join(folder, `${FUNCTION_MODULE}.js`),
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    mainFields: ['module', 'main'], // half the size of the default
    minify: true,
    legalComments: 'none',
    logLevel: 'error',
  })
}
