/** Tells the parent process where this server is, and then, whenever asked, what it has counted. */
export function answerParent(url: string, counts: () => object): void {
  process.on('disconnect', () => process.exit())
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    process.send?.({ ...counts(), cpuSeconds: (user + system) / 1e6 })
  })
  process.send?.(url)
}
