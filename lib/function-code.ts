import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { AssetHashType, DockerImage } from 'aws-cdk-lib'
import { Code } from 'aws-cdk-lib/aws-lambda'

const HANDLERS = join(__dirname, '../lambda')

/** What a bundle was made of, by file. */
export interface Bundle {
  readonly inputs: Readonly<Record<string, unknown>>
}

/** The bundle of `lambda/NAME.ts`: the npm package holds it, a checkout builds it when the app is synthesised. */
export function functionCode(name: string): Code {
  const packaged = join(__dirname, '../functions', name)
  if (existsSync(packaged)) return Code.fromAsset(packaged)
  return Code.fromAsset(HANDLERS, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: DockerImage.fromRegistry('unused'),
      command: [name], // never run, but tells CDK two bundles of one folder apart
      local: {
        tryBundle(folder) {
          buildFunction(folder, join(HANDLERS, `${name}.ts`))
          return true
        },
      },
    },
  })
}

/** Bundles a handler, the SDK included, into a module of the same name: what is tested is what runs. */
export function buildFunction(folder: string, handler: string): Bundle {
  const { buildSync } = require('esbuild') as typeof import('esbuild') // the npm package has no esbuild
  const { metafile } = buildSync({
    entryPoints: [handler],
    outdir: folder,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    mainFields: ['module', 'main'], // half the size of the default
    minify: true,
    legalComments: 'none',
    logLevel: 'error',
    metafile: true,
  })
  return metafile
}
