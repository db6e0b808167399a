/** Where a log is kept: objects that are written once and never change. */
export interface Bucket {
  /** Writes an object, unless there is one of this name, or ever was. */
  create(name: string, bytes: Uint8Array): Promise<'created' | 'exists'>
  /** Undefined: there is none. */
  read(name: string): Promise<Buffer | undefined>
  /**
   * The names in a folder, in ascending order.
   *
   * @param folder ends with a slash
   * @param atMost how many the caller will take. @default - all
   */
  list(folder: string, atMost?: number): AsyncIterable<string>
}
