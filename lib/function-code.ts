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

/** Bundles a handler into {@link FUNCTION_MODULE} in a folder. */
export function buildFunction(folder: string, handler = join(__dirname, '../lambda/handler.ts')): void {
  const { buildSync } = require('esbuild') as typeof import('esbuild') // not there in the npm package
  const standIns = join(__dirname, '../lambda/sdk-stand-ins.ts')
  // Everything in one file, the SDK too: what is tested is what runs. A third of the SDK is for what a function
  // never does: it is left out, as Lambda reads the whole file at every cold start.
  buildSync({
    entryPoints: [handler],
    outfile: join(folder, `${FUNCTION_MODULE}.js`),
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    supported: { 'dynamic-import': false }, // it would load undici with node:http (docs/decisions/0023)
    mainFields: ['module', 'main'],
    alias: {
      '@aws-sdk/credential-provider-node': standIns,
      '@aws-sdk/middleware-endpoint-discovery': standIns,
    },
    external: ['@smithy/core/event-streams'], // imported when an operation streams events: none here does
    minify: true,
    legalComments: 'none',
    logLevel: 'error',
  })
}
