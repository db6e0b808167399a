/** Does nothing: what Node.js itself takes. */
export async function handler(): Promise<void> {}
