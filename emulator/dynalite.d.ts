declare module 'dynalite' {
  import type { Server } from 'node:http'

  /** @see https://github.com/architect/dynalite#programmatically */
  export default function dynalite(options: {
    /** Folder of the LevelDB store. @default - in memory */
    path?: string
    createTableMs?: number
  }): Server
}
